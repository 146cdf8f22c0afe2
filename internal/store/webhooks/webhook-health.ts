import type { JournalPool, Statement } from '../journal/journal-pool.js';
import { resolvedNumber } from './stored-settings.js';

const SAVE: Statement = {
  text: `
    with fine as (
      update webhook_health set failing_since = null, failed_at = null
      where webhook_id = any($2::int[]) and failing_since is not null
    )
    insert into webhook_health (webhook_id, failing_since, failed_at)
    select id, now(), now() from unnest($1::int[]) as id join webhooks using (id)
    on conflict (webhook_id) do update
      set failing_since = coalesce(webhook_health.failing_since, excluded.failing_since), failed_at = excluded.failed_at`,
};

const DISABLE_FAILING: Statement = {
  text: `
    update webhooks w set enabled = false, disabled_at = now(), updated_at = now(),
      disabled_because = 'nothing but failures since ' || to_char(failing_since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    from (
      select h.*, coalesce(${resolvedNumber('disableAfterMs')}, $1) as after_ms
      from webhook_health h join webhooks on id = webhook_id where failing_since is not null
    ) as failing
    where w.id = webhook_id and enabled and deleted_at is null and after_ms > 0
      and failed_at - failing_since >= after_ms * interval '1 ms'
    returning w.id, w.space_id::float8, w.disabled_because as because`,
};

export interface Disabled {
  readonly id: number;
  readonly space_id: number;
  readonly because: string;
}

/** Stores which webhooks have only failed since the last call, and which have had a success. */
export async function saveHealth(
  pool: JournalPool,
  failing: readonly number[],
  fine: readonly number[],
): Promise<void> {
  await pool.run(SAVE, [failing, fine]);
}

/**
 * Disables webhooks that have only failed for as long as their setting, the default of their space, or `disableAfterMs`
 * allows. 0 means never.
 */
export async function disableFailing(pool: JournalPool, disableAfterMs: number): Promise<readonly Disabled[]> {
  return pool.run<Disabled>(DISABLE_FAILING, [disableAfterMs]);
}
