import type { SecretChange } from '../../domain/secrets/secret.js';
import { AppError } from '../../errors.js';
import { noteChange } from '../audit/audited.js';
import { inTransaction } from '../postgres/in-transaction.js';
import type { ChangeOf } from '../records/change.js';
import type { ChangedWebhook, Webhook } from '../webhooks/webhook-row.js';
import { loadWebhook, lockWebhook } from '../webhooks/webhooks.js';
import { addSecrets, replaceSecrets, type SecretStore, shownIn } from './webhook-secrets.js';

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
    if (overlapMs === 0) await replaceSecrets(store, [{ webhookId: id, change: secret }]);
    else {
      await rotateLocked(store, [{ current, secret }], overlapMs);
    }
    await trx('webhooks').where({ id }).update({ updated_by_id: userId, updated_at: trx.fn.now() });
    const after = await loadWebhook(trx, id);
    noteChange(trx, 'webhook', { id, spaceId: after.spaceId, before: current, after, secrets: [secret.purpose] });
    return { ...after, newSecret: shownIn([secret]) };
  });
}

/** A locked webhook with its new signing secret. */
export interface LockedRotation {
  readonly current: Webhook;
  readonly secret: SecretChange;
}

/** Adds new signing secrets before the existing ones, which end after the overlap. `db` must be the transaction. */
export async function rotateLocked(
  { db, vault }: SecretStore,
  rotations: readonly LockedRotation[],
  overlapMs: number,
): Promise<void> {
  if (rotations.length === 0) return;
  for (const { current } of rotations) refuseTooMany(current);
  await db.raw(
    `update webhook_secrets set expires_at = least(expires_at, now() + ? * interval '1 ms')
     where webhook_id = any(?::int[]) and purpose = 'signing' and (expires_at is null or expires_at > now())`,
    [overlapMs, rotations.map(({ current }) => current.id)],
  );
  await addSecrets(
    { db, vault },
    rotations.map(({ current, secret }) => ({ webhookId: current.id, change: secret })),
  );
}

function refuseTooMany({ secrets }: Webhook): void {
  if (secrets.filter(({ purpose }) => purpose === 'signing').length < MAX_LIVING) return;
  throw new AppError(
    'conflict',
    `overlap: the webhook has ${MAX_LIVING} valid secrets already; wait until one has expired, or end them all with an overlap of 0s`,
    'overlap',
  );
}
