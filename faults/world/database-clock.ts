import type { Cluster } from './cluster.js';

/** The clock by which the statements of a database are executed. */
export interface DatabaseClock {
  /** Sets the clock to a distance from the clock of the machine. */
  setAhead(ms: number): Promise<void>;
}

/*
 * PostgreSQL has no clock that can be set. `now()` and `clock_timestamp()` therefore become SQL functions, which the
 * planner replaces by their content wherever they are used, also in defaults of columns and in triggers. The content
 * must not be a query, or the planner leaves the original in place.
 */
const INSTALL = `
  create schema faults;
  create table faults.clock (ahead interval not null);
  insert into faults.clock values ('0');
  create function faults.ahead() returns interval stable language plpgsql as $$
    begin return (select ahead from faults.clock); end $$;
  create function faults.machine_now() returns timestamptz stable language internal as 'now';
  create function faults.machine_clock() returns timestamptz volatile language internal as 'clock_timestamp';
  create or replace function pg_catalog.now() returns timestamptz stable language sql
    as 'select faults.machine_now() + faults.ahead()';
  create or replace function pg_catalog.clock_timestamp() returns timestamptz volatile language sql
    as 'select faults.machine_clock() + faults.ahead()';`;

/** Makes the clock of a cluster one that can be set. It must not have been used by an instance before. */
export async function installClock(cluster: Cluster): Promise<DatabaseClock> {
  await cluster.query(INSTALL);
  return {
    async setAhead(ms) {
      await cluster.query(`update faults.clock set ahead = $1 * interval '1 ms'`, [ms]);
    },
  };
}
