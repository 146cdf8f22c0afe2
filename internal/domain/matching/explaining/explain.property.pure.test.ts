import { expect, it } from '@jest/globals';
import { someFilter, someFilteredMessage } from '../../../testkit/filters/some-filters.js';
import { makeTestWebhook } from '../../../testkit/kits/test-webhook.js';
import { fc } from '../../../testkit/properties.js';
import type { Filter } from '../../filter/filter.js';
import { parseFilter } from '../../filter/parsing/parse-filter.js';
import { Catalog } from '../catalog.js';
import { MessageView } from '../message-view.js';
import { type Because, explainIn } from './explain.js';

const CASES = Number(process.env.FILTER_CASES ?? 300);
const MAX_BYTES = 60;
const SUBJECTS = ['>', 'a', 'a.*', 'b.>', 'ab.eu-1'];

const filter = fc.option(someFilter, { nil: undefined, freq: 5 }).map((json): Filter | undefined => {
  const parsed = json === undefined ? undefined : parseFilter(json);
  return parsed?.ok ? parsed.value : undefined;
});
const webhook = fc
  .record({
    filter,
    filterOversize: fc.constantFrom('send' as const, 'skip' as const),
    enabled: fc.constantFrom(true, true, true, true, false),
    spaceId: fc.constantFrom(0, 7),
    key: fc.constantFrom('one', 'two'),
    tags: fc.constantFrom({}, { team: 'a' }, { team: 'b', tier: 'gold' }),
    eventIds: fc.subarray([1, 2, 3, 4, 5]),
  })
  .map(({ filter: own, filterOversize, ...fields }) => ({
    ...fields,
    settings: own ? { filter: own, filterOversize } : { filterOversize },
  }));
const routing = fc.subarray(
  [
    ['Hukz-Tag', 'team:a'],
    ['Hukz-Tag', 'tier:gold'],
    ['Hukz-Space', '7'],
    ['Hukz-Webhook', '1, 2, key:two'],
    ['Hukz-Delay', 'soon'],
  ] as const,
  { maxLength: 2 },
);
const headers = fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, routing);
const message = fc
  .tuple(someFilteredMessage, headers)
  .map(([made, more]) => ({ ...made, headers: [...made.headers, ...more] }));

it('an explanation says of each webhook what the index of the intake decides', () => {
  const seen = new Map<Because | 'fires', number>();
  const count = (name: Because | 'fires') => seen.set(name, (seen.get(name) ?? 0) + 1);
  fc.assert(
    fc.property(
      fc.array(webhook, { minLength: 1, maxLength: 25 }),
      fc.array(message, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: SUBJECTS.length }),
      (webhooks, messages, events) => {
        const catalog = new Catalog({ filterMaxBytes: MAX_BYTES });
        const all = webhooks.map((fields, n) => makeTestWebhook(n + 1, fields));
        catalog.apply({
          version: 1,
          events: SUBJECTS.slice(-events).map((subject) => ({ id: SUBJECTS.indexOf(subject) + 1, subject })),
          deletedEventIds: [],
          webhooks: all,
          deletedWebhookIds: [],
          spaces: [],
        });
        for (const { subject, headers: own, payload } of messages) {
          const view = () => new MessageView(subject, own, Buffer.from(payload), 0);
          const fired = new Set(catalog.match(view())?.map(({ id }) => id));
          const explained = view();
          for (const one of all) {
            const { fires, because, filter: reason } = explainIn(catalog, one, explained);
            expect([one.id, fires]).toEqual([one.id, fired.has(one.id)]);
            expect(reason === undefined || because === 'filter').toBe(true);
            expect(Buffer.byteLength(JSON.stringify(reason ?? null))).toBeLessThan(30_000);
            count(fires ? 'fires' : because);
          }
        }
      },
    ),
    { numRuns: CASES },
  );
  for (const name of ['fires', 'filter', 'event', 'tag', 'space', 'webhook', 'disabled', 'routing'] as const)
    expect([name, (seen.get(name) ?? 0) > CASES / 60]).toEqual([name, true]);
});
