import type { JournalPool, Statement } from './journal/journal-pool.js';

const OPEN: Statement = {
  name: 'circuit-open',
  text: `
    with opened as (
      update webhooks set circuit_opened_at = now()
      where id = $1 and circuit_opened_at is null and enabled and deleted_at is null
        and settings ->> 'breaker' is distinct from 'off'
      returning id
    )
    insert into webhook_health (webhook_id, failing_since, failed_at, probe_at, because)
    select id, now(), now(), now() + $3 * interval '1 ms', $2 from opened
    on conflict (webhook_id) do update set probe_at = excluded.probe_at, probes = 0, because = excluded.because
    returning webhook_id`,
};

const CLOSE: Statement = {
  name: 'circuit-close',
  text: `
    with closed as (
      update webhooks set circuit_opened_at = null where id = $1 and circuit_opened_at is not null returning id
    )
    update webhook_health set probe_at = null, probes = 0, because = null
    from closed where webhook_id = closed.id`,
};

/** Shared by all instances: from now on its deliveries wait. False when it was open, never opens, or is not to be sent to anyway. */
export async function openCircuit(
  pool: JournalPool,
  id: number,
  why: { because: string; probeInMs: number },
): Promise<boolean> {
  return (await pool.run(OPEN, [id, why.because, why.probeInMs])).length > 0;
}

/** What waits goes on. */
export async function closeCircuit(pool: JournalPool, id: number): Promise<void> {
  await pool.run(CLOSE, [id]);
}
