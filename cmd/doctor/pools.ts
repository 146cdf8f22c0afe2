import { type Check, fail, ok, warn } from './check.js';

/** A process also has a connection for its heartbeat, and one that listens for changes of the catalog. */
const OTHER_CONNECTIONS = 2;

export interface Pools {
  readonly apiPool: number;
  readonly journalPool: number;
  readonly workers: number;
}

export interface Room {
  readonly maxConnections: number;
  /** Connections that only superusers may use. */
  readonly reserved: number;
  /** Processes of hukz that are alive. */
  readonly processes: number;
}

/** Whether PostgreSQL has room for all connections that the processes may open. */
export function judgePools({ apiPool, journalPool, workers }: Pools, room: Room): Check {
  const perProcess = apiPool + journalPool + OTHER_CONNECTIONS;
  const processes = Math.max(room.processes, workers);
  const needed = perProcess * processes;
  const free = room.maxConnections - room.reserved;
  const finding = `${processes} × ${perProcess} connections at most, ${free} of max_connections ${room.maxConnections} are for users`;
  const advice =
    'Raise max_connections, or lower DATABASE_API_POOL and DATABASE_JOURNAL_POOL; a roll-out needs room for both versions.';
  if (needed > free) return fail('PostgreSQL connections', finding, advice);
  return needed * 2 > free ? warn('PostgreSQL connections', finding, advice) : ok('PostgreSQL connections', finding);
}
