import { z } from 'zod';
import type { Event } from '../../store/catalog/event-row.js';
import { readOpenWebhooks } from '../../store/declared/declared-webhooks.js';
import { countWithoutKey, findEventsAfter, listWebhooksAfter } from '../../store/declared/exported.js';
import type { SecretStore } from '../../store/secrets/webhook-secrets.js';
import { bySize } from '../../store/webhooks/by-size.js';
import type { Webhook } from '../../store/webhooks/webhook-row.js';
import { Ticks } from '../../ticks.js';
import type { Stores } from '../api-deps.js';
import { eventFieldsJson } from '../events/event-answer.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import type { JsonPart } from '../http/pieces.js';
import { spaceNumberOf } from '../names/find-space.js';
import { nameQueries } from '../names/name-fields.js';
import { spaceReference } from '../names/reference.js';
import { webhookJson } from '../webhooks/webhook-answer.js';
import { declaredWebhookBody } from '../webhooks/webhook-bodies.js';
import { exportAnswer } from './apply-body.js';
import { withPlaceholders } from './placeholders.js';

const EVENTS_AT_ONCE = 100;
const WEBHOOKS_AT_ONCE = 500;
const STEP_BYTES = 512 * 1024;
/** A smaller webhook counts as this large, which bounds the number in a step. */
const MIN_BYTES = 5 * 1024;

const query = z.object({
  managed_by: nameQueries.managed_by,
  space: spaceReference
    .default(0)
    .meta({ description: 'The space of the webhooks: its number, or `key:<key>`.', example: 0 }),
});

/** The members of a webhook that it is declared by. */
const WEBHOOK_MEMBERS = Object.entries(declaredWebhookBody.shape).flatMap(([name, schema]) =>
  schema.meta()?.readOnly ? [] : [name],
);

export function makeExportEndpoints(deps: Pick<Stores, 'db' | 'vault'>): readonly Endpoint[] {
  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/export',
        operationId: 'exportDeclaration',
        scope: 'webhooks:read',
        furtherScopes: ['events:read'],
        summary: 'Export events, and the webhooks of a space, as a body of PUT /apply, with placeholders for secrets',
        query,
        answers: { 200: { description: 'The declaration.', schema: exportAnswer } },
        refuses: ['not_found'],
      },
      async ({ principal, query }) => {
        const space = await spaceNumberOf(deps.db, principal, { space: query.space, source: 'space' });
        return { status: 200, jsonParts: exportParts(deps, { managedBy: query.managed_by, spaceId: space }) };
      },
    ),
  ];
}

async function* exportParts(store: SecretStore, filter: Filter): AsyncGenerator<JsonPart> {
  const { managedBy, spaceId } = filter;
  const skipped = await countWithoutKey(store.db, filter);
  yield `${JSON.stringify({ managed_by: managedBy, space: spaceId, skipped }).slice(0, -1)},"events":[`;
  yield* separated(eventTexts(store, filter));
  yield '],"webhooks":[';
  yield* separated(webhookTexts(store, filter));
  yield ']}';
}

interface Filter {
  readonly managedBy: string | undefined;
  readonly spaceId: number;
}

async function* eventTexts({ db }: SecretStore, { managedBy }: Filter): AsyncGenerator<string> {
  const ticks = new Ticks();
  for (let afterId = 0; ; ) {
    const events = await findEventsAfter(db, { managedBy, afterId, limit: EVENTS_AT_ONCE });
    for (const event of events) {
      await ticks.next();
      yield JSON.stringify(exportedEvent(event));
    }
    const last = events.at(-1);
    if (!last) return;
    afterId = last.id;
  }
}

function exportedEvent(event: Event) {
  const { key, managed_by: _, ...fields } = eventFieldsJson(event);
  return { key, ...fields };
}

async function* webhookTexts(store: SecretStore, filter: Filter): AsyncGenerator<string> {
  const ticks = new Ticks();
  for (let afterId = 0; ; ) {
    const page = await listWebhooksAfter(store.db, { ...filter, afterId, limit: WEBHOOKS_AT_ONCE });
    for (const step of bySize(page, ({ bytes }) => Math.max(bytes, MIN_BYTES), STEP_BYTES)) {
      const ids = step.map(({ id }) => id);
      const webhooks = await readOpenWebhooks(store, ids);
      const names = await eventNames(
        store,
        [...webhooks.values()].flatMap(({ webhook }) => webhook.eventIds),
      );
      for (const id of ids) {
        await ticks.next();
        const found = webhooks.get(id)?.webhook;
        if (found) yield JSON.stringify(exportedWebhook(found, names));
      }
    }
    const last = page.at(-1);
    if (!last) return;
    afterId = last.id;
  }
}

/** An event with a key is named by it, and any other by its subject. */
async function eventNames({ db }: SecretStore, ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const rows: { id: number; key: string | null; event: string }[] = await db('events')
    .whereRaw('id = any(?::int[])', [[...new Set(ids)]])
    .select('id', 'key', 'event');
  return new Map(rows.map(({ id, key, event }) => [id, key === null ? event : `key:${key}`]));
}

function exportedWebhook(webhook: Webhook, names: ReadonlyMap<number, string>) {
  const events = webhook.eventIds.flatMap((id) => names.get(id) ?? []);
  const json = webhookJson(webhook);
  const { hint: _, ...auth } = json.auth ?? {};
  const answered = { ...json, ...(webhook.settings.auth && { auth }), events };
  const members = new Map<string, unknown>(Object.entries(withPlaceholders(webhook.key ?? '', answered)));
  return Object.fromEntries(WEBHOOK_MEMBERS.map((name) => [name, members.get(name)]));
}

async function* separated(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let before = '';
  for await (const text of texts) {
    yield before + text;
    before = ',';
  }
}
