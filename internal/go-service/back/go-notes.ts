import type { Db } from '../../store/postgres/knex.js';
import { readSettings } from '../../store/webhooks/stored-settings.js';
import type { Kind } from '../import/ledger.js';
import type { OurEventRow, OurWebhookRow } from './read-ours.js';

/** A fact that the Go service cannot express, or a row that is not brought back. */
export interface BackNote {
  readonly kind: Kind | 'deliveries';
  /** Absent if the note is about many. */
  readonly id?: number;
  readonly says: string;
}

interface Ours {
  readonly events: readonly OurEventRow[];
  readonly webhooks: readonly OurWebhookRow[];
}

/** The facts about rows in use that the Go service does not know. */
export async function goNotes(trx: Db, { events, webhooks }: Ours): Promise<readonly BackNote[]> {
  const signed = await readSigned(trx);
  return [
    ...events.filter(isLiving).flatMap(({ id, ...event }) => eventFacts(event).map((says) => note('event', id, says))),
    ...webhooks.filter(isLiving).flatMap((webhook) => {
      return webhookFacts(webhook, signed.has(webhook.id)).map((says) => note('webhook', webhook.id, says));
    }),
    ...(await deliveryFacts(trx)),
  ];
}

const isLiving = ({ deleted_at }: OurEventRow | OurWebhookRow) => deleted_at === null;
const note = (kind: Kind, id: number, says: string): BackNote => ({ kind, id, says });
const keyFact = (key: string | null) => (key === null ? [] : [`its key ${key} is lost`]);

function eventFacts({ event, key }: Pick<OurEventRow, 'event' | 'key'>): readonly string[] {
  const isWildcard = /(?:^|\.)[*>](?:\.|$)/.test(event);
  return [...(isWildcard ? ['the Go service never triggers webhooks by a wildcard'] : []), ...keyFact(key)];
}

function webhookFacts({ own_settings, paused_at, key }: OurWebhookRow, isSigned: boolean): readonly string[] {
  const settings = Object.keys(readSettings(own_settings).settings);
  return [
    ...(settings.length > 0 ? [`its settings are lost: ${settings.join(', ')}`] : []),
    ...(isSigned ? ['its requests are no longer signed'] : []),
    ...(paused_at ? ['it is paused here: the Go service sends to it'] : []),
    ...keyFact(key),
  ];
}

async function readSigned(trx: Db): Promise<ReadonlySet<number>> {
  const rows: { webhook_id: number }[] = await trx('webhook_secrets')
    .where({ purpose: 'signing' })
    .select('webhook_id');
  return new Set(rows.map(({ webhook_id }) => webhook_id));
}

async function deliveryFacts(trx: Db): Promise<readonly BackNote[]> {
  const { rows } = await trx.raw<{ rows: { pending: string; dead: string }[] }>(
    'select (select count(*) from deliveries) as pending, (select count(*) from dead_letters) as dead',
  );
  const { pending = '0', dead = '0' } = rows[0] ?? {};
  return [
    ...(pending === '0' ? [] : [`${pending} deliveries are still owed: let hukz send them before it stops`]),
    ...(dead === '0' ? [] : [`${dead} dead letters stay here`]),
  ].map((says) => ({ kind: 'deliveries', says }));
}
