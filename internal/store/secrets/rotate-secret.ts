import type { SecretChange } from '../../domain/secrets/secret.js';
import { AppError } from '../../errors.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { ChangeOf } from '../records/change.js';
import type { ChangedWebhook, Webhook } from '../webhooks/webhook-row.js';
import { loadWebhook, lockWebhook } from '../webhooks/webhooks.js';
import { addSecret, replaceSecrets, type SecretStore, shownIn } from './webhook-secrets.js';

export interface Rotation {
  readonly secret: SecretChange;
  /** Time for which the earlier secrets are used beside the new one; 0 ends them at once. */
  readonly overlapMs: number;
}

/** More secrets would enlarge the header of each request for no benefit. */
const MAX_LIVING = 10;

/**
 * Adds a new signing secret before the existing ones, which end after the overlap, or earlier if they already have an
 * earlier end. Rotations run one after the other: of two at once both secrets live, or with an overlap of 0 only the
 * later one.
 */
export async function rotateSecret(
  { db, vault }: SecretStore,
  change: ChangeOf,
  decide: (current: Webhook) => Rotation,
): Promise<ChangedWebhook> {
  const { id, userId } = change;
  return inTransaction(db, async (trx) => {
    const store = { db: trx, vault };
    const current = await lockWebhook(trx, change);
    const { secret, overlapMs } = decide(current);
    if (overlapMs === 0) await replaceSecrets(store, id, [secret]);
    else {
      refuseTooMany(current);
      await trx.raw(
        `update webhook_secrets set expires_at = least(expires_at, now() + ? * interval '1 ms')
         where webhook_id = ? and purpose = 'signing' and (expires_at is null or expires_at > now())`,
        [overlapMs, id],
      );
      await addSecret(store, id, secret);
    }
    await trx('webhooks').where({ id }).update({ updated_by_id: userId, updated_at: trx.fn.now() });
    return { ...(await loadWebhook(trx, id)), newSecret: shownIn([secret]) };
  });
}

function refuseTooMany({ secrets }: Webhook): void {
  if (secrets.filter(({ purpose }) => purpose === 'signing').length < MAX_LIVING) return;
  throw new AppError(
    'conflict',
    `overlap: the webhook has ${MAX_LIVING} valid secrets already; wait until one has expired, or end them all with an overlap of 0s`,
    'overlap',
  );
}
