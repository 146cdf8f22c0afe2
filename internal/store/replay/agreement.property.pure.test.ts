import { expect, it } from '@jest/globals';
import type { Filter } from '../../domain/filter/filter.js';
import { parseFilter } from '../../domain/filter/parsing/parse-filter.js';
import { Catalog } from '../../domain/matching/catalog.js';
import { type Because, explainIn } from '../../domain/matching/explaining/explain.js';
import { makeFiringRules } from '../../domain/matching/firing-rules.js';
import { MessageView } from '../../domain/matching/message-view.js';
import { someFilter, someFilteredMessage } from '../../testkit/filters/some-filters.js';
import { makeTestWebhook } from '../../testkit/kits/test-webhook.js';
import { fc } from '../../testkit/properties.js';
import { writeHeaders } from '../journal/accept/header-bytes.js';
import { makeReplayTarget } from './target.js';

const CASES = Number(process.env.FILTER_CASES ?? 60);
const MAX_BYTES = 60;
const RULES = makeFiringRules({ allowAll: true }, MAX_BYTES);
const SUBJECTS = ['>', 'a', 'a.*', 'b.>', 'ab.eu-1'];

const filter = fc.option(someFilter, { nil: undefined, freq: 5 }).map((json): Filter | undefined => {
  const parsed = json === undefined ? undefined : parseFilter(json);
  return parsed?.ok ? parsed.value : undefined;
});
const webhook = fc
  .record({
    filter,
    filterOversize: fc.constantFrom('send' as const, 'skip' as const),
    enabled: fc.nat({ max: 9 }).map((n) => n > 0),
    spaceId: fc.constantFrom(0, 7),
    key: fc.constantFrom('one', 'two'),
    tags: fc.constantFrom({}, { team: 'a' }, { team: 'b', tier: 'gold' }),
    eventIds: fc.oneof({ weight: 3, arbitrary: fc.constant([1, 2, 3, 4, 5]) }, fc.subarray([1, 2, 3, 4, 5])),
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

it('the index of the intake, explanations, replays and trials decide alike about each webhook and message', () => {
  const seen = new Map<Because | 'fires', number>();
  const count = (name: Because | 'fires') => seen.set(name, (seen.get(name) ?? 0) + 1);
  let decisions = 0;
  fc.assert(
    fc.property(
      fc.array(webhook, { minLength: 1, maxLength: 25, size: 'max' }),
      fc.array(message, { minLength: 1, maxLength: 20, size: 'max' }),
      fc.oneof({ weight: 3, arbitrary: fc.constant(SUBJECTS.length) }, fc.integer({ min: 1, max: SUBJECTS.length })),
      (webhooks, messages, events) => {
        const catalog = new Catalog({ filterMaxBytes: MAX_BYTES });
        const all = webhooks.map((fields, n) => makeTestWebhook(n + 1, fields));
        const registered = SUBJECTS.slice(-events).map((subject) => ({ id: SUBJECTS.indexOf(subject) + 1, subject }));
        const nothing = { deletedEventIds: [], deletedWebhookIds: [], spaces: [] };
        catalog.apply({ ...nothing, version: 1, events: registered, webhooks: all });
        const targets = all.map((one) => {
          const subjects = registered.filter(({ id }) => one.eventIds.includes(id));
          return makeReplayTarget({ webhook: one, space: { id: one.spaceId, key: undefined }, subjects }, RULES);
        });
        for (const { subject, headers: own, payload } of messages) {
          const bytes = Buffer.from(payload);
          const view = () => new MessageView(subject, own, bytes, 0);
          const fired = new Set(catalog.match(view())?.map(({ id }) => id));
          const explained = view();
          const stored = { subject, headers: writeHeaders(own), receivedAt: 0, payload: bytes };
          for (const [n, one] of all.entries()) {
            decisions++;
            const { fires, because, filter: reason } = explainIn(catalog, one, explained);
            const isFired = fired.has(one.id);
            if (fires !== isFired) throw new Error(`explained ${fires}, fired ${isFired}: ${one.id}`);
            count(fires ? 'fires' : because);
            if (reason && because !== 'filter') throw new Error(`a filter is the reason, and ${because}`);
            if (!one.enabled) continue;
            const wanted = targets[n]?.wants(stored);
            const tried = targets[n]?.explain(stored).fires;
            if (wanted !== isFired || tried !== isFired)
              throw new Error(`fired ${isFired}, a replay ${wanted}, a trial ${tried}: ${one.id}`);
          }
        }
      },
    ),
    { numRuns: CASES },
  );
  if (process.env.FILTER_CASES) process.stdout.write(`${decisions} decisions, ${JSON.stringify([...seen])}\n`);
  for (const name of ['fires', 'filter', 'event', 'tag', 'space', 'webhook', 'disabled', 'routing'] as const)
    expect([name, (seen.get(name) ?? 0) > CASES / 60]).toEqual([name, true]);
});
