import { expect, it } from '@jest/globals';
import { someFilter, someFilteredMessage } from '../../../testkit/filters/some-filters.js';
import { makeTestWebhook } from '../../../testkit/kits/test-webhook.js';
import { fc } from '../../../testkit/properties.js';
import { Catalog, type CatalogWebhook } from '../../matching/catalog.js';
import { MessageView } from '../../matching/message-view.js';
import { evaluate } from '../evaluate.js';
import type { Filter } from '../filter.js';
import { MessageValues } from '../message-values.js';
import { parseFilter } from '../parsing/parse-filter.js';
import { eachPath, isInPayload, pathsOf } from '../paths-of.js';
import { WantedPaths } from '../values/wanted-paths.js';

const CASES = Number(process.env.FILTER_CASES ?? 600);
const MAX_BYTES = 60;

/** Ranges and starts that touch each other, by which most filters of a large event are found. */
const limit = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0.5, 1e-9, 1e15, -1e300, 12_345.5));
const ranged = fc
  .tuple(limit, limit, fc.constantFrom('$gt', '$gte'), fc.constantFrom('$lt', '$lte'))
  .map(([from, until, lower, upper]) => ({ data: { a: { [lower]: from, [upper]: until } } }));
const half = fc
  .tuple(limit, fc.constantFrom('$gt', '$gte', '$lt', '$lte'))
  .map(([bound, order]) => ({ data: { a: { [order]: bound } } }));
const started = fc.constantFrom('a', 'ab', 'eu', 'a*b', 'é').map((text) => ({ data: { a: { $like: `${text}*` } } }));
const filter = fc.oneof(someFilter, ranged, half, started).map((json): Filter | undefined => {
  const parsed = parseFilter(json);
  return parsed.ok ? parsed.value : undefined;
});
const webhook = fc.record({ id: fc.integer({ min: 1, max: 30 }), filter, oversize: fc.constantFrom('send', 'skip') });
const number = limit.map((a) => ({ subject: 'a', headers: [], payload: JSON.stringify({ a }) }));
const numbers = fc
  .array(limit, { maxLength: 3 })
  .map((a) => ({ subject: 'a', headers: [], payload: JSON.stringify({ a }) }));
const message = fc.oneof(someFilteredMessage, number, numbers);

const changed = (version: number, webhooks: readonly CatalogWebhook[], deletedWebhookIds: readonly number[] = []) => {
  const events = version > 1 ? [] : [{ id: 1, subject: '>' }];
  return { version, stamp: String(version), events, deletedEventIds: [], webhooks, deletedWebhookIds, spaces: [] };
};

it('a catalog fires the webhooks whose filters a message fulfils, after any changes', () => {
  const seen = { fired: 0, withheld: 0 };
  fc.assert(
    fc.property(
      fc.array(webhook, { minLength: 12, maxLength: 40 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 6 }),
      fc.array(message, { minLength: 1, maxLength: 5 }),
      (webhooks, deleted, messages) => {
        const catalog = new Catalog({ filterMaxBytes: MAX_BYTES });
        const living = new Map<number, CatalogWebhook>();
        for (const [index, { id, filter: own, oversize }] of webhooks.entries()) {
          const settings = own
            ? { filter: own, filterOversize: oversize === 'send' ? ('send' as const) : ('skip' as const) }
            : {};
          living.set(id, makeTestWebhook(id, { settings }));
          catalog.apply(changed(index + 1, [makeTestWebhook(id, { settings })]));
        }
        catalog.apply(changed(webhooks.length + 1, [], deleted));
        for (const id of deleted) living.delete(id);
        for (const { subject, headers, payload } of messages) {
          const bytes = Buffer.from(payload);
          const found = catalog.match(new MessageView(subject, headers, bytes, 0))?.map(({ id }) => id);
          const wanted = [...living.values()].filter(({ settings }) => {
            if (!settings.filter) return true;
            const { condition } = settings.filter;
            const scope = { paths: pathsOf(condition), maxBytes: MAX_BYTES };
            const values = new MessageValues(subject, headers, bytes, scope);
            return evaluate(condition, values) ?? settings.filterOversize === 'send';
          });
          expect(found?.sort()).toEqual(wanted.map(({ id }) => id).sort());
          seen.fired += wanted.length;
          seen.withheld += living.size - wanted.length;
        }
      },
    ),
    { numRuns: CASES },
  );
  expect(Math.min(seen.fired, seen.withheld)).toBeGreaterThan(CASES);
});

it('the paths of filters that are gone are not looked for any more', () => {
  fc.assert(
    fc.property(fc.array(filter, { maxLength: 10 }), (filters) => {
      const paths = new WantedPaths();
      const each = (visit: (path: string) => void) => {
        for (const one of filters) if (one) eachPath(one.condition, (path) => isInPayload(path) && visit(path));
      };
      each((path) => paths.add(path));
      each((path) => paths.remove(path));
      expect(paths.root).toMatchObject({ uses: 0, hasNames: false, hasIndexes: false });
    }),
    { numRuns: 300 },
  );
});
