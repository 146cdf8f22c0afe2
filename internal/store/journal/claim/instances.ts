import { ENVELOPE } from '../../secrets/secret-row.js';
import type { JournalPool, Statement } from '../journal-pool.js';
import { CLOCK } from '../read-clock.js';
import { eachRange, IN_RANGE } from './owned-ranges.js';

/**
 * Reads all pages of the table, which are few. By an index, each version of a row that a heartbeat has left would cost
 * a look. ("Block ranges" in `sql-notes.md`.)
 */
const ALL_ROWS = `ctid >= '(0,0)'`;

const REGISTER: Statement = {
  text: `insert into instances (id, host, name, place, process, reads_envelope)
         values ($1, $2, $3, $4, $5, ${ENVELOPE})
         on conflict do nothing
         returning ${CLOCK} as time`,
};
const NEIGHBOURS: Statement = {
  text: `select id, process from instances where ${ALL_ROWS} and place = $1 and id <> $2 and process is not null`,
};
const BEAT: Statement = {
  name: 'instance-beat',
  text: `update instances set seen_at = now() where id = $1
         returning (select count(*)::int from instances where ${ALL_ROWS}) as living, ${CLOCK} as time`,
};
const BURY_SILENT: Statement = {
  text: `delete from instances where id in (
           select id from instances
           where ${ALL_ROWS} and id is distinct from $2::uuid
             and seen_at not between now() - $1 * interval '1 ms' and now() + $1 * interval '1 ms'
           for update skip locked
         ) returning id`,
};
const BURY: Statement = {
  text: 'delete from instances where id = any($1::uuid[]) returning id',
};
const BURY_NAMED: Statement = {
  text: 'delete from instances where name = $1 and id is distinct from $2::uuid returning id',
};
const LEAVE: Statement = { text: 'delete from instances where id = $1' };
const GIVE_UP: Statement = {
  text: `update deliveries set owner = null, due_at = least(due_at, now()) where ${IN_RANGE} and owner = $3`,
};

/**
 * Releases the deliveries of dead instances. A request of each may have been sent, which an `interrupted` log row
 * records. It counts as an attempt with a number of its own, but takes no step of the retry schedule.
 */
const SET_FREE: Statement = {
  text: `
    with freed as (
      update deliveries set owner = null, due_at = now(), attempts = attempts + 1
      where ${IN_RANGE} and owner = any($3::uuid[])
      returning id, message_id, received_at, webhook_id, attempts
    ), logged as (
      insert into webhook_logs (created_at, created_by_id, event, url, tags, webhook_id, space_id, message_id, received_at,
        delivery_id, attempt, outcome, error, duration_ms, next_attempt_at)
      select now(), w.created_by_id, coalesce(m.subject, ''), w.url, w.tags, w.id, w.space_id, f.message_id, f.received_at,
        f.id, f.attempts, 'interrupted', 'the instance that owned this delivery ended or stopped responding; a request may have been sent',
        0, now()
      from freed f
      join webhooks w on w.id = f.webhook_id
      left join lateral (
        select subject from messages where messages.id = f.message_id and messages.received_at = f.received_at offset 0
      ) m on true
      on conflict do nothing
    )
    select count(*)::int as freed from freed`,
};

export interface Buried {
  readonly instances: readonly string[];
  readonly freed: number;
}

export interface NewInstance {
  /** uuid */
  readonly id: string;
  readonly host: string;
  /** `INSTANCE_NAME` */
  readonly name?: string | undefined;
  /**
   * The place where the instance's process runs, and the process itself, named so that instances in the same place can
   * check them.
   */
  readonly place?: string | undefined;
  readonly process?: string | undefined;
}

/** Returns the database's clock; undefined when the instance was registered already. */
export async function registerInstance(pool: JournalPool, instance: NewInstance): Promise<number | undefined> {
  const { id, host, name = null, place = null, process = null } = instance;
  const [row] = await pool.run<{ time: number }>(REGISTER, [id, host, name, place, process]);
  return row?.time;
}

/** Lists the other instances in the same place. */
export async function listNeighbours(
  pool: JournalPool,
  place: string,
  id: string,
): Promise<readonly { readonly id: string; readonly process: string }[]> {
  return pool.run<{ id: string; process: string }>(NEIGHBOURS, [place, id]);
}

export interface Heartbeat {
  /** Number of living instances, this one included. */
  readonly living: number;
  /** The database's clock. */
  readonly time: number;
}

/** Returns undefined when this instance was declared dead. It must then take a new id and forget its deliveries. */
export async function beat(pool: JournalPool, id: string): Promise<Heartbeat | undefined> {
  return (await pool.run<{ living: number; time: number }>(BEAT, [id]))[0];
}

/**
 * Declares instances dead that have been silent for this long by the database's clock, or whose last heartbeat is as
 * far in the future, because the clock was set back after it. The second statement sees
 * everything that a dead instance committed, because deleting its row waited for its last accept (`for key share`). The
 * calling instance is alive even if its own last heartbeat is old, because the machine may be slow.
 */
export async function burySilentInstances(pool: JournalPool, silentMs: number, by?: string): Promise<Buried> {
  return bury(pool, BURY_SILENT, [silentMs, by ?? null]);
}

/** Declares instances dead at once whose process is known to have ended. */
export async function buryInstances(pool: JournalPool, ids: readonly string[]): Promise<Buried> {
  return bury(pool, BURY, [ids]);
}

/** Declares the earlier instances of a name dead, except their successor. One instance at a time may have the name. */
export async function buryPredecessors(pool: JournalPool, name: string, successor?: string): Promise<Buried> {
  return bury(pool, BURY_NAMED, [name, successor ?? null]);
}

async function bury(pool: JournalPool, declareDead: Statement, which: readonly unknown[]): Promise<Buried> {
  return pool.transaction(async (run) => {
    const dead = (await run<{ id: string }>(declareDead, which)).map((row) => row.id);
    if (dead.length === 0) return { instances: [], freed: 0 };
    let freed = 0;
    await eachRange(run, async (range) => {
      const [row] = await run<{ freed: number }>(SET_FREE, [...range, dead]);
      freed += row?.freed ?? 0;
    });
    return { instances: dead, freed };
  });
}

/** Leaves in order: this instance unclaims all deliveries that it has not sent. */
export async function leave(pool: JournalPool, id: string): Promise<void> {
  await pool.transaction(async (run) => {
    await run(LEAVE, [id]);
    await eachRange(run, async (range) => {
      await run(GIVE_UP, [...range, id]);
    });
  });
}
