import { hasOldInstances } from '../secrets/secret-row.js';
import { addSecrets, type SecretStore, shownIn } from '../secrets/webhook-secrets.js';
import { requireRoom } from '../spaces/require-room.js';
import { destinationFor, hidesSecrets } from './webhook-destination.js';
import { lockEvents } from './webhook-events.js';
import { type WebhookFields, webhookCells } from './webhook-row.js';

export interface WebhookOwner {
  readonly userId: number;
  readonly spaceId: number;
}

export interface InsertedWebhook {
  readonly id: number;
  readonly isEnabled: boolean;
  /** The secret that was generated, which is shown once. */
  readonly newSecret: string | undefined;
}

/**
 * Inserts webhooks with their events and secrets, in their order, by a fixed number of statements. Unknown events are
 * refused by their ids, and webhooks beyond the limit of their space. `db` must be the transaction.
 */
export async function insertWebhooks(
  { db, vault }: SecretStore,
  { userId, spaceId }: WebhookOwner,
  all: readonly WebhookFields[],
): Promise<readonly InsertedWebhook[]> {
  await lockEvents(
    db,
    all.flatMap(({ eventIds }) => eventIds),
  );
  const mayHide = all.some(hidesSecrets) && !(await hasOldInstances(db));
  const destinations = all.map((fields) => destinationFor(fields, mayHide));
  const users = { created_by_id: userId, updated_by_id: userId };
  const cells = all.map((fields, nth) => {
    return { ...webhookCells({ ...fields, ...destinations[nth] }), ...users, space_id: spaceId };
  });
  const rows: { id: number }[] = await db('webhooks').insert(cells).returning('id');
  await requireRoom(db, spaceId);
  const made = rows.map(({ id }, nth) => ({ id, fields: all[nth], hidden: destinations[nth]?.secrets ?? [] }));
  const events = made.flatMap(({ id, fields }) =>
    [...new Set(fields?.eventIds)].map((eventId) => [id, eventId] as const),
  );
  await db.raw('insert into webhook_events select * from unnest(?::int[], ?::int[])', [
    events.map(([id]) => id),
    events.map(([, eventId]) => eventId),
  ]);
  const secrets = made.flatMap(({ id, fields, hidden }) =>
    [...hidden, ...(fields?.secrets ?? [])].map((change) => ({ webhookId: id, change })),
  );
  await addSecrets({ db, vault }, secrets);
  return made.map(({ id, fields }) => {
    return { id, isEnabled: fields?.enabled ?? false, newSecret: shownIn(fields?.secrets) };
  });
}
