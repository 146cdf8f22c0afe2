import { beforeEach, describe, expect, it } from '@jest/globals';
import { makeTestWebhook } from '../../testkit/kits/test-webhook.js';
import { makeTestHead } from '../../testkit/test-head.js';
import type { Header } from '../message/message.js';
import { DefaultsOfSpace, type SpaceDefaults } from '../settings/space-defaults.js';
import { Catalog, type CatalogChanges, type CatalogWebhook } from './catalog.js';
import { parseRouting, type Routing } from './routing.js';
import type { CatalogSpace, SpaceMapping } from './space-names.js';
import type { WebhookSettings } from './webhook-settings.js';

const everybody: Routing = { tags: [], space: undefined, webhooks: undefined, dueAt: undefined };
const parsed = (headers: readonly Header[]) => parseRouting(headers, 0);
const none = { events: [], deletedEventIds: [], webhooks: [], deletedWebhookIds: [], spaces: [] };
const changes = (version: number, some: Partial<CatalogChanges>): CatalogChanges => ({ ...none, ...some, version });
const webhook = (id: number, eventIds: number[], more: Partial<CatalogWebhook> = {}) =>
  makeTestWebhook(id, { eventIds, ...more });

let catalog: Catalog;
const fired = (subject: string, routing: Partial<Routing> = everybody) =>
  catalog
    .match(makeTestHead(subject, routing))
    ?.map(({ id }) => id)
    .sort();

beforeEach(() => {
  catalog = new Catalog();
  catalog.apply(
    changes(1, {
      events: [
        { id: 1, subject: 'post.created' },
        { id: 2, subject: 'post.*' },
        { id: 3, subject: 'order.>' },
        { id: 4, subject: '*.created' },
      ],
      webhooks: [
        webhook(1, [1]),
        webhook(2, [2]),
        webhook(3, [3]),
        webhook(4, [1, 2, 4], { spaceId: 7, tags: { app: 'a', env: 'x' } }),
        webhook(5, [1], { enabled: false }),
        webhook(6, [1], { spaceId: 7, tags: { app: 'a' } }),
      ],
    }),
  );
});

describe('matching', () => {
  it('fires each webhook once, by exact subjects and wildcards alike', () => {
    expect(fired('post.created')).toEqual([1, 2, 4, 6]);
    expect(fired('post.deleted')).toEqual([2, 4]);
    expect(fired('user.created')).toEqual([4]);
  });

  it.each([
    ['order.1', [3]],
    ['order.1.2.3', [3]],
    ['order', undefined],
    ['post', undefined],
    ['post.created.x', undefined],
    ['POST.created', [4]],
    ['', undefined],
  ])('%p fires %p', (subject, ids) => {
    expect(fired(subject)).toEqual(ids);
  });

  it('never fires a disabled webhook', () => {
    expect(fired('post.created')).not.toContain(5);
  });

  it('is narrowed by tags, which are ANDed, and by space', () => {
    const tag = (key: string, value: string) => ({ key, value });
    expect(fired('post.created', { tags: [tag('app', 'a')] })).toEqual([4, 6]);
    expect(fired('post.created', { tags: [tag('app', 'a'), tag('env', 'x')] })).toEqual([4]);
    expect(fired('post.created', { tags: [tag('app', 'b')] })).toEqual([]);
    expect(fired('post.created', { tags: [], space: 7 })).toEqual([4, 6]);
    expect(fired('post.created', { tags: [tag('env', 'x')], space: 8 })).toEqual([]);
    expect(fired('post.created', { tags: [tag('__proto__', 'x')] })).toEqual([]);
  });

  it('is narrowed to named webhooks, among those that it would fire', () => {
    const named = (...names: (number | string)[]) => ({ webhooks: new Set(names) });
    expect(fired('post.created', named(4))).toEqual([4]);
    expect(fired('post.created', named(6, 4, 99))).toEqual([4, 6]);
    expect(fired('post.created', { ...named(1, 4), space: 7 })).toEqual([4]);
    const [disabled, ofAnotherEvent] = [5, 3];
    expect(fired('post.created', named(disabled, ofAnotherEvent, 99))).toEqual([]);
  });

  it('is narrowed to the webhooks with a key, in one space or in all, until they lose it', () => {
    const narrowed = (space?: number, ...names: (number | string)[]) => ({ webhooks: new Set(names), space });
    const keyed = (key: string, spaceId: number) => ({ key, spaceId });
    const moved = [webhook(20, [1], keyed('a', 7)), webhook(21, [1], keyed('a', 8)), webhook(22, [3], keyed('a', 9))];
    catalog.apply(changes(2, { webhooks: moved }));
    expect(fired('post.created', narrowed(undefined, 'a'))).toEqual([20, 21]);
    expect(fired('post.created', narrowed(8, 'a'))).toEqual([21]);
    expect(fired('post.created', narrowed(undefined, 4, 20, 'a', 'b'))).toEqual([20, 21, 4]);
    catalog.apply(changes(3, { webhooks: [webhook(20, [1], keyed('b', 7))], deletedWebhookIds: [21] }));
    expect(fired('post.created', narrowed(undefined, 'a'))).toEqual([]);
    expect(fired('post.created', narrowed(undefined, 'b'))).toEqual([20]);
  });

  it('is narrowed to the space that has a key now', () => {
    const spaces = (...given: CatalogSpace[]) => catalog.apply(changes(catalog.version + 1, { spaces: given }));
    const of = (space: string) => fired('post.created', { ...everybody, space });
    expect(of('acme')).toEqual([]);
    spaces({ id: 7, key: 'acme' }, { id: 0, key: 'own' });
    expect([of('acme'), of('own')]).toEqual([
      [4, 6],
      [1, 2],
    ]);
    spaces({ id: 7, key: 'own' }, { id: 0, key: 'acme' });
    expect([of('acme'), of('own')]).toEqual([
      [1, 2],
      [4, 6],
    ]);
    spaces({ id: 7, key: undefined });
    expect([of('acme'), of('own')]).toEqual([[1, 2], []]);
  });
});

describe('the defaults of a space', () => {
  const give = (settings: SpaceDefaults | undefined, problem?: string) => {
    const defaults = settings && new DefaultsOfSpace(settings, problem);
    catalog.apply(changes(catalog.version + 1, { spaces: [{ id: 7, key: undefined, defaults }] }));
  };
  const settingsOf = (id: number) => catalog.webhook(id)?.settings;

  it('are those of its webhooks, of present and of later ones, until they change', () => {
    const before = [catalog.webhook(1), catalog.webhook(4)];
    give({ timeoutMs: 5 });
    expect([settingsOf(4), settingsOf(6), settingsOf(1)]).toEqual([{ timeoutMs: 5 }, { timeoutMs: 5 }, {}]);
    expect(settingsOf(4)).toBe(settingsOf(6));
    const own = { settings: { method: 'PUT' as const }, spaceId: 7 };
    catalog.apply(changes(catalog.version + 1, { webhooks: [webhook(9, [1], own)] }));
    expect(settingsOf(9)).toEqual({ method: 'PUT', timeoutMs: 5 });
    give({ timeoutMs: 6 });
    expect([settingsOf(4), settingsOf(9)]).toEqual([{ timeoutMs: 6 }, { method: 'PUT', timeoutMs: 6 }]);
    give(undefined);
    expect([settingsOf(4), settingsOf(9)]).toEqual([{}, { method: 'PUT' }]);
    expect([catalog.webhook(1), catalog.webhook(4)]).toEqual(before);
    expect(fired('post.created', { space: 7 })).toEqual([4, 6, 9]);
  });

  it('are capped together with the settings of the webhook', () => {
    const cap = ({ timeoutMs = 0, ...others }: WebhookSettings) => ({ ...others, timeoutMs: Math.min(timeoutMs, 4) });
    const capped = new Catalog({ filterMaxBytes: 1, cap });
    const defaults = new DefaultsOfSpace({ timeoutMs: 5 }, undefined);
    capped.apply(
      changes(1, { spaces: [{ id: 7, key: undefined, defaults }], webhooks: [webhook(4, [1], { spaceId: 7 })] }),
    );
    expect(capped.webhook(4)?.settings).toEqual({ timeoutMs: 4 });
    expect(capped.empty().webhook(4)).toBeUndefined();
  });

  it('that cannot be read keep hukz from sending, until they can', () => {
    give({}, 'the stored defaults of space 7 have an unknown form');
    expect(catalog.webhook(4)?.settingsProblem).toMatch(/defaults of space 7/);
    expect(catalog.webhook(1)?.settingsProblem).toBeUndefined();
    give({ timeoutMs: 1 });
    expect(catalog.webhook(4)?.settingsProblem).toBeUndefined();
  });
});

describe('a space that becomes strict', () => {
  const become = (...spaces: CatalogSpace[]) => catalog.apply(changes(catalog.version + 1, { spaces }));
  const strict = (mapping?: SpaceMapping) => ({ id: 7, key: 'acme', strict: { mapping } });

  it('is closed to messages that do not name it, and opens again', () => {
    become(strict());
    expect([fired('post.created'), fired('post.created', { space: 7 })]).toEqual([
      [1, 2],
      [4, 6],
    ]);
    expect(fired('post.created', { webhooks: new Set([6]) })).toEqual([]);
    expect(fired('post.created', { tags: [{ key: 'app', value: 'a' }] })).toEqual([]);
    become({ id: 7, key: 'acme' });
    expect(fired('post.created')).toEqual([1, 2, 4, 6]);
  });

  it('gets its webhooks that come later, or move there, and loses those that go', () => {
    become(strict({ token: 1 }), { id: 8, key: 'post', strict: { mapping: { token: 1 } } });
    catalog.apply(changes(catalog.version + 1, { webhooks: [webhook(1, [1], { spaceId: 8 })] }));
    expect(fired('post.created')).toEqual([1, 2]);
    catalog.apply(changes(catalog.version + 1, { deletedWebhookIds: [1] }));
    expect(fired('post.created')).toEqual([2]);
  });

  it('counts the messages that name no space among those of its events', () => {
    const isWithheld = (subject: string, routing: Partial<Routing> = {}) =>
      catalog.isWithheld(makeTestHead(subject, routing));
    expect(isWithheld('post.created')).toBe(false);
    become(strict());
    expect([isWithheld('post.created'), isWithheld('order.1'), isWithheld('x')]).toEqual([true, false, false]);
    expect([isWithheld('post.created', { space: 7 }), isWithheld('post.created', { space: 0 })]).toEqual([
      false,
      false,
    ]);
    become(strict({ token: 2 }));
    expect(isWithheld('post.created', { space: 7 })).toBe(true);
  });
});

describe('a change', () => {
  it('moves a webhook between events, and switches it', () => {
    catalog.apply(changes(2, { webhooks: [webhook(1, [3]), webhook(5, [1]), webhook(6, [1], { enabled: false })] }));
    expect(fired('post.created')).toEqual([2, 4, 5]);
    expect(fired('order.x')).toEqual([1, 3]);
  });

  it('renames and deletes events', () => {
    catalog.apply(changes(2, { events: [{ id: 1, subject: 'post.made' }], deletedEventIds: [2, 4] }));
    expect(fired('post.created')).toBeUndefined();
    expect(fired('post.made')).toEqual([1, 4, 6]);
    expect(catalog.subjects().sort()).toEqual(['order.>', 'post.made']);
  });

  it('lets two events swap their subjects at once', () => {
    catalog.apply(
      changes(2, {
        events: [
          { id: 1, subject: 'post.*' },
          { id: 2, subject: 'post.created' },
        ],
      }),
    );
    expect(fired('post.x')).toEqual([1, 4, 6]);
  });

  it('may be applied twice, and keeps the highest version', () => {
    const twice = changes(5, { webhooks: [webhook(9, [3])], deletedWebhookIds: [3] });
    catalog.apply(twice);
    catalog.apply(twice);
    expect(fired('order.x')).toEqual([9]);
    expect(catalog.version).toBe(5);
    catalog.apply(changes(3, {}));
    expect(catalog.version).toBe(5);
    expect(catalog.size).toEqual({ events: 4, webhooks: 6 });
  });

  it('of everything at once leaves what the other catalog had, and names the receivers that are not the same', () => {
    const other = new Catalog();
    const events = [{ id: 1, subject: 'post.created' }];
    const moved = webhook(2, [1], { url: 'https://elsewhere.example/' });
    const webhooks = [webhook(1, [1]), moved, webhook(3, [1], { spaceId: 8 }), webhook(4, [1]), webhook(9, [1])];
    other.apply({ ...changes(1, { events, webhooks }), stamp: 'restored' });
    expect([...catalog.become(other)].sort()).toEqual([2, 3, 4, 5, 6]);
    expect(fired('post.created')).toEqual([1, 2, 3, 4, 9]);
    expect(fired('order.x')).toBeUndefined();
    expect([catalog.version, catalog.stamp, catalog.size]).toEqual([1, 'restored', { events: 1, webhooks: 5 }]);
  });

  it('forgets deleted webhooks', () => {
    catalog.apply(changes(2, { deletedWebhookIds: [1, 2, 3, 4, 5, 6] }));
    expect(fired('post.created')).toEqual([]);
    expect(catalog.webhook(1)).toBeUndefined();
  });
});

it('finds one of 100,000 webhooks by its tag as fast as one of ten', () => {
  const many = Array.from({ length: 100_000 }, (_, id) => webhook(id + 10, [1], { tags: { customer: `${id}` } }));
  catalog.apply(changes(2, { webhooks: many }));
  const routing = { tags: [{ key: 'customer', value: '777' }] };
  const head = makeTestHead('post.created', routing);
  const from = performance.now();
  for (let round = 0; round < 1000; round++) catalog.match(head);
  expect(performance.now() - from).toBeLessThan(500);
  expect(fired('post.created', routing)).toEqual([787]);
});

describe('routing headers', () => {
  it('are read whatever their case, tags repeatedly', () => {
    expect(
      parsed([
        ['hukz-tag', 'a:b:c'],
        ['Hukz-Tag', 'x:'],
        ['HUKZ-SPACE', '7'],
        ['other', 'x'],
      ]),
    ).toEqual({
      ok: true,
      value: {
        tags: [
          { key: 'a', value: 'b:c' },
          { key: 'x', value: '' },
        ],
        space: 7,
      },
    });
    expect(parsed([['other', 'x']])).toEqual({ ok: true, value: everybody });
  });

  it.each([
    [['Hukz-Tag', 'nocolon']],
    [['Hukz-Tag', ':x']],
    [['Hukz-Tag', '']],
    [['Hukz-Space', 'x']],
    [['Hukz-Space', '-1']],
    [['Hukz-Space', '']],
    [['Hukz-Space', '1.5']],
    [['Hukz-Space', '9'.repeat(16)]],
    [['Hukz-Space', 'key:']],
    [['Hukz-Space', 'key:Acme']],
    [['Hukz-Space', 'acme']],
    [['Hukz-Webhook', '']],
    [['Hukz-Webhook', '17,']],
    [['Hukz-Webhook', '0']],
    [['Hukz-Webhook', '-1']],
    [['Hukz-Webhook', 'key:Orders']],
    [['Hukz-Webhook', Array.from({ length: 1001 }, (_, id) => id + 1).join()]],
    [['Hukz-No-Retry', 'no']],
    [['Hukz-No-Retry', '']],
    [['Hukz-Request-Id', '']],
    [['Hukz-Request-Id', ' a']],
    [['Hukz-Request-Id', 'a\r\nX: y']],
    [['Hukz-Request-Id', 'é']],
    [['Hukz-Request-Id', 'x'.repeat(256)]],
  ] as const)('that are malformed trigger no webhook: %p', (header) => {
    expect(parsed([header])).toMatchObject({ ok: false });
  });

  it('name one space only', () => {
    expect(
      parsed([
        ['Hukz-Space', '1'],
        ['Hukz-Space', '2'],
      ]).ok,
    ).toBe(false);
  });

  it('name one id of the publisher only', () => {
    const ids = (...values: string[]) => parsed(values.map((value) => ['Hukz-Request-Id', value])).ok;
    expect([ids('a'), ids('a', 'a'), ids('a', 'b')]).toEqual([true, true, false]);
  });

  it('name a thousand webhooks at most, in one list or in many', () => {
    const lists = (count: number) => Array.from({ length: count }, (_, n): Header => ['Hukz-Webhook', `${n + 1},1`]);
    expect([parsed(lists(1000)).ok, parsed(lists(1001)).ok]).toEqual([true, false]);
  });
});
