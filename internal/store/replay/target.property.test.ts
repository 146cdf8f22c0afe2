import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { FILTER_MAX_BYTES } from '../../domain/filter/message-values.js';
import { Catalog } from '../../domain/matching/catalog.js';
import { makeFiringRules } from '../../domain/matching/firing-rules.js';
import { MessageView } from '../../domain/matching/message-view.js';
import type { Header } from '../../domain/message/message.js';
import { match } from '../../intake/match.js';
import { makePermittedEvents } from '../../intake/permitted-events.js';
import { makeTestJournal, type TestJournal } from '../../testkit/kits/test-journal.js';
import { fc } from '../../testkit/properties.js';
import { loadCatalogChanges } from '../catalog/catalog-changes.js';
import { writeHeaders } from '../journal/accept/header-bytes.js';
import { findReplayTarget } from './target.js';

const RECEIVED_AT = Date.UTC(2026, 0, 31, 12);
/** The rules by which `*`, `>` and patterns that cover the inboxes are stored but not subscribed. */
const RULES = { allowAll: false, inboxes: ['b.a'] };

let kit: TestJournal;
beforeAll(async () => {
  kit = await makeTestJournal();
  await kit.sql("insert into spaces (id, key, created_by_id, updated_by_id) values (1, 'acme', 1, 1)");
  await kit.sql(
    `insert into spaces (id, key, created_by_id, updated_by_id, isolation, subject)
     values (2, 'a', 1, 1, 'strict', '{"token": 1}'), (3, 'b', 1, 1, 'strict', '{"header": "Tenant"}'),
       (4, null, 1, 1, 'strict', null)`,
  );
});
afterAll(() => kit.stop());

const word = fc.constantFrom('a', 'b');
const subject = fc
  .tuple(fc.array(fc.oneof(word, fc.constant('*')), { minLength: 1, maxLength: 2 }), fc.boolean())
  .map(([tokens, tail]) => (tail ? [...tokens, '>'] : tokens).join('.'));
const isDeleted = fc.constantFrom(false, false, false, true);
const event = fc.record({ subject, isDeleted });
const webhook = fc.record({
  space: fc.nat({ max: 4 }),
  tags: fc.dictionary(fc.constantFrom('app', 'env', 'constructor'), fc.constantFrom('x', 'y', ''), { maxKeys: 3 }),
  /** Indexes into the list of events. */
  events: fc.uniqueArray(fc.nat({ max: 5 }), { minLength: 1, maxLength: 6 }),
  own_settings: fc.constantFrom(
    {},
    ...[
      { format: 'slack' },
      { ordering: { by: 'webhook' } },
      { max_in_flight: 3 },
      { filter: '{"data":{"n":1}}' },
      { filter: '{"data":{"n":1}}', filter_oversize: 'skip' },
      { filter: '{"data":{"n":{"$gt":1}},"subject":{"tokens":{"1":"a"}}}' },
      { filter: '{"headers":{"trace":{"$exists":false}}}' },
      { filter: '{"data":{"$anew":1}}' },
    ].map((one) => ({ version: 2, ...one })),
  ),
});
const world = fc.record({
  events: fc.uniqueArray(event, { minLength: 3, maxLength: 6, selector: (one) => one.subject }),
  webhooks: fc.array(webhook, { minLength: 2, maxLength: 5 }),
});
const header: fc.Arbitrary<Header> = fc.constantFrom<Header>(
  ['Hukz-Tag', 'app:x'],
  ['hukz-tag', 'env:'],
  ['Hukz-Tag', '__proto__:x'],
  ['Hukz-Tag', 'malformed'],
  ['Hukz-Space', '1'],
  ['Hukz-Space', '-1'],
  ['Hukz-Space', '2'],
  ['Hukz-Space', '3'],
  ['Hukz-Space', '4'],
  ['Tenant', 'b'],
  ['Tenant', 'acme'],
  ['Hukz-Space', 'key:acme'],
  ['Hukz-Space', 'key:other'],
  ['Hukz-Webhook', '1, 3'],
  ['Hukz-Webhook', '2'],
  ['Hukz-Webhook', 'key:orders'],
  ['Hukz-No-Retry', 'true'],
  ['Hukz-Request-Id', ''],
  ['Hukz-Deliver-At', '2026-02-01T12:00:00Z'],
  ['Hukz-Deliver-At', '2026-03-31T12:00:00Z'],
  ['Hukz-Delay', '10m'],
  ['Hukz-Delay', 'soon'],
  ['Trace', 'é'],
);
const message = fc.record({
  subject: fc.array(word, { minLength: 1, maxLength: 3 }).map((tokens) => tokens.join('.')),
  payload: fc
    .constantFrom('{"n":1}', '{"n":2}', '{"n":[1,2]}', 'text', `{"n":1,"a":"${'x'.repeat(FILTER_MAX_BYTES)}"}`)
    .map((text) => Buffer.from(text)),
  headers: fc.oneof(fc.constant([]), fc.array(header, { maxLength: 2 })),
});

interface World {
  readonly events: readonly { readonly subject: string; readonly isDeleted: boolean }[];
  readonly webhooks: readonly { readonly events: readonly number[] }[];
}

/** Ids are indexes into these lists. */
async function store({ events, webhooks }: World): Promise<void> {
  await kit.sql('truncate events, webhooks, webhook_events restart identity cascade');
  await kit.sql(
    `insert into events (created_by_id, updated_by_id, name, event, deleted_at)
     select 1, 1, '', one ->> 'subject', case when (one ->> 'isDeleted')::boolean then now() end
     from jsonb_array_elements($1) with ordinality as listed (one, n) order by n`,
    [JSON.stringify(events)],
  );
  await kit.sql(
    `insert into webhooks (created_by_id, updated_by_id, name, url, enabled, tags, space_id, own_settings)
     select 1, 1, '', 'https://receiver.example/', true, one -> 'tags', (one ->> 'space')::int, one -> 'own_settings'
     from jsonb_array_elements($1) with ordinality as listed (one, n) order by n`,
    [JSON.stringify(webhooks)],
  );
  const links = webhooks.flatMap((one, index) =>
    one.events.filter((place) => place < events.length).map((place) => [index + 1, place + 1]),
  );
  await kit.sql(
    'insert into webhook_events select (one ->> 0)::int, (one ->> 1)::int from jsonb_array_elements($1) one',
    [JSON.stringify(links)],
  );
}

/** Returns the webhooks that an intake with the catalog of the database gives a message. */
async function startIntake() {
  const catalog = new Catalog();
  const permitted = makePermittedEvents(RULES, (known, onPart) => loadCatalogChanges(kit.pool, known, onPart));
  await permitted.load({ version: 0, stamp: '' }, (part) => catalog.apply(part));
  const { isReserved } = makeFiringRules(RULES);
  return (subject: string, headers: readonly Header[], payload: Uint8Array) =>
    isReserved(subject)
      ? []
      : (match(catalog, new MessageView(subject, headers, payload, RECEIVED_AT))?.webhooks ?? []);
}

it('a replay of what a webhook missed takes exactly the messages that intake would give the webhook', async () => {
  const seen = { given: 0, withheld: 0 };
  await fc.assert(
    fc.asyncProperty(world, fc.array(message, { minLength: 6, maxLength: 12 }), async (stored, messages) => {
      await store(stored);
      const fired = await startIntake();
      for (const place of stored.webhooks.keys()) {
        const target = await findReplayTarget(kit.pool.run, place + 1, makeFiringRules(RULES));
        for (const { subject: text, headers, payload } of messages) {
          const isGiven = fired(text, headers, payload).some(({ id }) => id === place + 1);
          const kept = { subject: text, headers: writeHeaders(headers), receivedAt: RECEIVED_AT, payload };
          expect([text, headers, target?.wants(kept)]).toEqual([text, headers, isGiven]);
          seen[isGiven ? 'given' : 'withheld']++;
        }
      }
    }),
    { numRuns: 60 },
  );
  expect(Math.min(seen.given, seen.withheld)).toBeGreaterThan(50);
});
