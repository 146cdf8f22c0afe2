import { SETTINGS } from '../../domain/matching/webhook-settings.js';
import type { JournalPool, Statement } from '../journal/journal-pool.js';
import { settingNumber } from './stored-settings.js';

/**
 * As `deleteLocked`. A change of the webhook that commits first gives it more time. The second condition is that of the
 * index of listening webhooks.
 */
export const DELETE_EXPIRED: Statement = {
  text: `
    with expired as (
      update webhooks set deleted_at = now(), updated_at = now()
      where deleted_at is null and own_settings -> '${SETTINGS.listenMs[0]}' is not null
        and updated_at < now() - ${settingNumber('listenMs')} * interval '1 ms'
      returning id
    ), secrets as (
      delete from webhook_secrets using expired where webhook_id = expired.id
    ), health as (
      delete from webhook_health using expired where webhook_id = expired.id
    ), resuming as (
      delete from resumes using expired where webhook_id = expired.id
    )
    select id from expired`,
};

/** Deletes the listening webhooks whose time is over. Returns their ids. */
export async function deleteExpired(pool: JournalPool): Promise<readonly number[]> {
  const rows = await pool.run<{ readonly id: number }>(DELETE_EXPIRED, []);
  return rows.map(({ id }) => id);
}
