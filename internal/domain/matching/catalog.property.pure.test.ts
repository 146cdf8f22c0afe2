import { expect, it } from '@jest/globals';
import { fc } from '../../testkit/properties.js';
import { makeTestHead } from '../../testkit/test-head.js';
import { NO_SECRETS } from '../secrets/secret.js';
import { Catalog, type CatalogChanges, type CatalogEvent, type CatalogWebhook } from './catalog.js';
import type { Routing } from './routing.js';
import type { StrictSpace } from './space-names.js';
import type { Tags } from './tags.js';
import { NO_SETTINGS } from './webhook-settings.js';

/** A model of the store: events with distinct subjects, and webhooks with their events. */
interface World {
  readonly events: Map<number, CatalogEvent>;
  readonly webhooks: Map<number, CatalogWebhook>;
  /** The keys of spaces. */
  readonly spaces: Map<number, string>;
  readonly strict: Map<number, StrictSpace>;
}

const word = fc.constantFrom('a', 'b', 'c');
const subject = fc
  .tuple(fc.array(fc.oneof(word, word, fc.constant('*')), { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([tokens, tail]) => (tail ? [...tokens, '>'] : tokens).join('.'));
const published = fc.array(word, { minLength: 1, maxLength: 5 }).map((tokens) => tokens.join('.'));
const tags: fc.Arbitrary<Tags> = fc.dictionary(
  fc.constantFrom('app', 'env', 'constructor'),
  fc.constantFrom('x', 'y', ''),
  { maxKeys: 3, noNullPrototype: false },
);
const eventId = fc.integer({ min: 1, max: 6 });
const unkeyed: fc.Arbitrary<CatalogWebhook> = fc.record({
  id: fc.integer({ min: 1, max: 8 }),
  url: fc.constantFrom('https://one.example/', 'https://two.example/'),
  enabled: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  spaceId: fc.nat({ max: 2 }),
  createdById: fc.constant(1),
  tags,
  eventIds: fc.uniqueArray(eventId, { maxLength: 4 }),
  settings: fc.constant(NO_SETTINGS),
  secrets: fc.constant(NO_SECRETS),
});
const webhook = fc
  .tuple(unkeyed, fc.constantFrom(undefined, 'a', 'b'))
  .map(([one, key]): CatalogWebhook => (key === undefined ? one : { ...one, key }));
const strict: fc.Arbitrary<StrictSpace> = fc.record({
  mapping: fc.constantFrom(undefined, { token: 1 }, { token: 2 }),
});
const space = fc.record({
  id: fc.nat({ max: 3 }),
  key: fc.constantFrom(undefined, 'a', 'b'),
  strict: fc.option(strict, { nil: undefined }),
});
const change = fc.record({
  deletedEventIds: fc.uniqueArray(eventId, { maxLength: 2 }),
  events: fc.uniqueArray(fc.record({ id: eventId, subject }), { maxLength: 4, selector: ({ id }) => id }),
  deletedWebhookIds: fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 2 }),
  webhooks: fc.uniqueArray(webhook, { maxLength: 4, selector: ({ id }) => id }),
  spaces: fc.uniqueArray(space, { maxLength: 3, selector: ({ id }) => id }),
});
const routing: fc.Arbitrary<Routing> = fc.record({
  tags: fc.array(
    fc.record({
      key: fc.constantFrom('app', 'env', 'constructor', '__proto__'),
      value: fc.constantFrom('x', 'y', '', 'z'),
    }),
    { maxLength: 3 },
  ),
  space: fc.option(fc.oneof(fc.nat({ max: 3 }), fc.constantFrom('a', 'b')), { nil: undefined }),
  webhooks: fc.option(
    fc
      .uniqueArray(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom('a', 'b')), { minLength: 1, maxLength: 9 })
      .map((names) => new Set(names)),
    { nil: undefined },
  ),
  dueAt: fc.constant(undefined),
});
const question = fc.tuple(published, routing);

/** Stores the changes that the store's unique index would allow, and returns the changes that a reader would see. */
function write(world: World, wanted: Omit<CatalogChanges, 'version'>, version: number): CatalogChanges {
  for (const id of wanted.deletedEventIds) world.events.delete(id);
  for (const id of wanted.deletedWebhookIds) world.webhooks.delete(id);
  const renamed = new Set(wanted.events.map(({ id }) => id));
  const taken = new Set([...world.events.values()].filter(({ id }) => !renamed.has(id)).map((event) => event.subject));
  const events = wanted.events.filter((event) => !taken.has(event.subject) && taken.add(event.subject));
  for (const id of renamed) if (!events.some((event) => event.id === id)) world.events.delete(id);
  for (const event of events) world.events.set(event.id, event);
  for (const one of wanted.webhooks) world.webhooks.set(one.id, one);
  const rekeyed = new Set(wanted.spaces.map(({ id }) => id));
  const used = new Set([...world.spaces].filter(([id]) => !rekeyed.has(id)).map(([, key]) => key));
  const spaces = wanted.spaces.map(({ id, key, strict }) => {
    return { id, key: key !== undefined && !used.has(key) && used.add(key) ? key : undefined, strict };
  });
  for (const { id, key, strict } of spaces) {
    if (strict) world.strict.set(id, strict);
    else world.strict.delete(id);
    if (key === undefined) world.spaces.delete(id);
    else world.spaces.set(id, key);
  }
  const gone = [...wanted.deletedEventIds, ...renamed].filter((id) => !world.events.has(id));
  return { ...wanted, version, events, deletedEventIds: gone, spaces };
}

/** A literal version of the matching that the README explains: each event is compared with each webhook. */
function naive(world: World, text: string, narrow: Routing): number[] | undefined {
  const covering = [...world.events.values()].filter((event) => covers(event.subject.split('.'), text.split('.')));
  if (covering.length === 0) return undefined;
  const meant = [...world.webhooks.values()].filter(
    (one) =>
      one.enabled &&
      covering.some(({ id }) => one.eventIds.includes(id)) &&
      (narrow.webhooks === undefined || narrow.webhooks.has(one.id) || narrow.webhooks.has(one.key ?? 0)) &&
      [undefined, one.spaceId, world.spaces.get(one.spaceId) ?? null].includes(narrow.space) &&
      isNamed(world, one, text, narrow) &&
      narrow.tags.every(({ key, value }) => Object.entries(one.tags).some(([k, v]) => k === key && v === value)),
  );
  return meant.map(({ id }) => id).sort();
}

function isNamed({ spaces, strict }: World, { spaceId }: CatalogWebhook, text: string, narrow: Routing): boolean {
  const of = strict.get(spaceId);
  if (!of?.mapping || !('token' in of.mapping)) return !of || narrow.space !== undefined;
  const key = spaces.get(spaceId);
  return key !== undefined && text.split('.')[of.mapping.token - 1] === key;
}

function covers([head, ...tail]: string[], [token, ...rest]: string[]): boolean {
  if (head === undefined || token === undefined) return head === token;
  return head === '>' || ((head === '*' || head === token) && covers(tail, rest));
}

const fired = (catalog: Catalog, text: string, narrow: Routing) =>
  catalog.match(makeTestHead(text, narrow))?.map(({ id }) => id);

it('after any changes a message fires exactly the webhooks of a naive reading, each once', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), fc.array(question, { maxLength: 8 }), (changes, questions) => {
      const world: World = { events: new Map(), webhooks: new Map(), spaces: new Map(), strict: new Map() };
      const catalog = new Catalog();
      for (const [index, wanted] of changes.entries()) {
        catalog.apply(write(world, wanted, index + 1));
        for (const [text, narrow] of questions) {
          const ids = fired(catalog, text, narrow);
          expect(ids && [...ids].sort()).toEqual(naive(world, text, narrow));
          expect(new Set(ids).size).toBe(ids?.length ?? 0);
        }
      }
      expect(catalog.size).toEqual({ events: world.events.size, webhooks: world.webhooks.size });
      expect(catalog.subjects().sort()).toEqual([...world.events.values()].map((event) => event.subject).sort());
    }),
    { numRuns: 80 },
  );
});

it('a catalog that followed every change is the one that starts today, also when it heard some twice', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(change, fc.boolean()), { maxLength: 12 }), (changes) => {
      const world: World = { events: new Map(), webhooks: new Map(), spaces: new Map(), strict: new Map() };
      const followed = new Catalog();
      for (const [index, [wanted, twice]] of changes.entries()) {
        const told = write(world, wanted, index + 1);
        followed.apply(told);
        if (twice) followed.apply(told);
      }
      const rebuilt = new Catalog();
      rebuilt.apply({
        version: changes.length,
        events: [...world.events.values()],
        deletedEventIds: [],
        webhooks: [...world.webhooks.values()],
        deletedWebhookIds: [],
        spaces: [0, 1, 2, 3].map((id) => ({ id, key: world.spaces.get(id), strict: world.strict.get(id) })),
      });
      expect(followed).toEqual(rebuilt);
    }),
    { numRuns: 100 },
  );
});

it('changes that come in parts, in any order, leave the catalog that they leave as a whole', () => {
  const none = { events: [], deletedEventIds: [], webhooks: [], deletedWebhookIds: [], spaces: [] };
  const partsOf = (whole: CatalogChanges): Partial<CatalogChanges>[] => [
    ...whole.events.map((event) => ({ events: [event] })),
    ...whole.deletedEventIds.map((id) => ({ deletedEventIds: [id] })),
    ...whole.webhooks.map((one) => ({ webhooks: [one] })),
    ...whole.deletedWebhookIds
      .filter((id) => whole.webhooks.every((one) => one.id !== id))
      .map((id) => ({ deletedWebhookIds: [id] })),
    ...whole.spaces.map((space) => ({ spaces: [space] })),
  ];
  fc.assert(
    fc.property(fc.array(fc.tuple(change, fc.func(fc.integer())), { maxLength: 12 }), (changes) => {
      const world: World = { events: new Map(), webhooks: new Map(), spaces: new Map(), strict: new Map() };
      const [inParts, whole] = [new Catalog(), new Catalog()];
      for (const [index, [wanted, place]] of changes.entries()) {
        const told = write(world, wanted, index + 1);
        whole.apply(told);
        const parts = partsOf(told).sort((a, b) => place(a) - place(b));
        for (const part of parts) inParts.apply({ ...none, ...part, version: index });
        expect(inParts.version).toBe(index);
        inParts.apply({ ...none, version: index + 1 });
      }
      expect(inParts).toEqual(whole);
    }),
    { numRuns: 80 },
  );
});
