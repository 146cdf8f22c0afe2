import type { JournalPool, Statement } from '../journal/journal-pool.js';
import { settingText } from './stored-settings.js';

/** Locks rows in the order of their ids, so that two instances that open the same circuits do not deadlock. */
const OPEN: Statement = {
  text: `
    with given as (
      select id, because from unnest($1::int[], $2::text[]) as input(id, because)
    ), mine as (
      select id from webhooks
      where id in (select id from given) and circuit_opened_at is null and enabled and deleted_at is null
        and (${settingText('breaker')} is distinct from 'off' or not $4::boolean)
      order by id for no key update
    ), opened as (
      update webhooks w set circuit_opened_at = now() from mine where w.id = mine.id returning w.id
    )
    insert into webhook_health (webhook_id, failing_since, failed_at, probe_at, because)
    select id, now(), now(), now() + $3 * interval '1 ms', because from opened join given using (id)
    on conflict (webhook_id) do update set probe_at = excluded.probe_at, probes = 0, because = excluded.because
    returning webhook_id as id`,
};

const CLOSE: Statement = {
  text: `
    with mine as (
      select id from webhooks where id = any($1::int[]) and circuit_opened_at is not null order by id for no key update
    ), closed as (
      update webhooks w set circuit_opened_at = null from mine where w.id = mine.id returning w.id
    ), healed as (
      update webhook_health set probe_at = null, probes = 0, because = null from closed where webhook_id = closed.id
    )
    select id from closed`,
};

export interface OpenOptions {
  readonly probeInMs: number;
  /** If false, the circuit of a webhook whose breaker is off is opened as well. */
  readonly breakerMayBeOff: boolean;
}

export interface Opening {
  readonly id: number;
  readonly because: string;
}

/**
 * Opens circuits for all instances: from now on, the webhooks' deliveries wait. Returns the webhooks whose circuits
 * were opened. Those of the others were open already, never open, or the webhooks are suspended anyway. Each id must
 * occur once.
 */
export async function openCircuits(
  pool: JournalPool,
  openings: readonly Opening[],
  { probeInMs, breakerMayBeOff }: OpenOptions,
): Promise<ReadonlySet<number>> {
  const ids = openings.map(({ id }) => id);
  const reasons = openings.map(({ because }) => because);
  return idsOf(await pool.run<{ id: number }>(OPEN, [ids, reasons, probeInMs, breakerMayBeOff]));
}

/** Closes circuits, so that the waiting deliveries are sent. Returns the webhooks whose circuits were open. */
export async function closeCircuits(pool: JournalPool, ids: readonly number[]): Promise<ReadonlySet<number>> {
  return idsOf(await pool.run<{ id: number }>(CLOSE, [ids]));
}

const idsOf = (rows: readonly { readonly id: number }[]): ReadonlySet<number> => new Set(rows.map(({ id }) => id));
