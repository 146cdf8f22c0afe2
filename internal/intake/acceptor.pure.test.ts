import { beforeEach, describe, expect, it } from '@jest/globals';
import { correctClock } from '../corrected-clock.js';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import { Catalog } from '../domain/matching/catalog.js';
import { NO_SETTINGS } from '../domain/matching/webhook-settings.js';
import type { Header } from '../domain/message/message.js';
import type { Receipt } from '../domain/message/receipt.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestWebhook } from '../testkit/kits/test-webhook.js';
import { type Acceptor, type AcceptorDeps, makeAcceptor } from './acceptor.js';
import type { Incoming } from './incoming.js';

type Acceptance = Parameters<AcceptorDeps['accept']>[0];
type Accepted = Awaited<ReturnType<AcceptorDeps['accept']>>;

let acceptor: Acceptor;
let catalog: Catalog;
let asked: { acceptance: Acceptance; answer(accepted: Partial<Accepted>): void; fail(error: Error): void }[];
let enqueued: OwnedDelivery[];
let reserved: Set<string>;
let receipts: Receipt[];
let strays: number;
let turns: string[];
let catchUps: number;
let changeCatalog: () => void;
let room: number;

const NO_LIMITS = { isOn: false, admit: () => undefined, pace: () => undefined };

const make = (more: Partial<AcceptorDeps> = {}) => {
  catalog = new Catalog();
  catalog.apply({
    version: 1,
    stamp: 'first',
    events: [
      { id: 1, subject: 'a.b' },
      { id: 2, subject: 'no.webhook' },
    ],
    deletedEventIds: [],
    webhooks: [makeTestWebhook(1), makeTestWebhook(2)],
    deletedWebhookIds: [],
    spaces: [],
  });
  let ids = 0;
  return makeAcceptor({
    catalog,
    bars: { isReserved: (subject) => subject.startsWith('$'), limits: NO_LIMITS, setAside: async () => undefined },
    gate: { judge: async () => ({ kind: 'pass' }), quarantine: async () => undefined },
    accept: (acceptance) =>
      new Promise((resolve, reject) => {
        const owned = new Set(acceptance.deliveries.filter(({ wanted }) => wanted).map(({ id }) => id));
        asked.push({
          acceptance,
          answer: (some) => resolve({ isNew: true, owner: 'me', owned, ...some }),
          fail: reject,
        });
      }),
    catchUp: async () => {
      catchUps++;
      changeCatalog();
    },
    tryReserve: (id) => reserved.size < room && Boolean(reserved.add(id)),
    release: (id) => void reserved.delete(id),
    enqueue: (delivery) => void enqueued.push(delivery),
    advance: (webhookId, orderKey) => void turns.push(`${webhookId} ${orderKey}`),
    makeId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    clock: { now: () => 1_700_000_000_000, check: () => undefined },
    suspectStrays: () => void strays++,
    settings: { maxMessages: 3, maxBytes: 5000, storeUnmatched: true },
    ...more,
  });
};
const accept = (incoming: Incoming) => void acceptor.accept(incoming).then((receipt) => receipts.push(receipt));
const take = (subject: string, payload = '{}', headers: Header[] = []) =>
  accept({ subject, headers, payload: Buffer.from(payload) });
const identity = { id: '0190d5a0-0000-7abc-8def-000000000009', receivedAt: 1 };
const fromStream = (subject = 'a.b') => accept({ subject, headers: [], payload: Buffer.from('{}'), identity });
const outcomes = () => receipts.map(({ outcome }) => outcome);

beforeEach(() => {
  [asked, enqueued, reserved, receipts, room] = [[], [], new Set(), [], 100];
  [strays, catchUps, changeCatalog] = [0, 0, () => undefined];
  turns = [];
  acceptor = make();
});

describe('a message', () => {
  it('that cannot even be looked at is given back to where it came from', async () => {
    catalog.match = () => {
      throw new Error('broken');
    };
    fromStream();
    await acceptor.idle();
    expect(outcomes()).toEqual(['failed']);
    expect(acceptor.stats()).toMatchObject({ refused: 1, waiting: 0 });
  });

  it('is sent, and has its receipt, only after its commit', async () => {
    take('a.b');
    await new Promise(setImmediate);
    expect([enqueued.length, receipts.length]).toEqual([0, 0]);
    asked[0]?.answer({});
    await acceptor.idle();
    expect(enqueued.map(({ webhookId, owner, attempts }) => [webhookId, owner, attempts])).toEqual([
      [1, 'me', 0],
      [2, 'me', 0],
    ]);
    expect(receipts).toMatchObject([
      { outcome: 'stored', messageId: asked[0]?.acceptance.message.id, webhooks: 2, isOrderedByStream: false },
    ]);
  });

  it('of a stream has its turn by its place there, which its receipt says; any other by its commit', async () => {
    const settings = { ...NO_SETTINGS, ordering: { by: 'webhook' as const } };
    const webhooks = [makeTestWebhook(1, { settings }), makeTestWebhook(2)];
    catalog.apply({ version: 2, events: [], deletedEventIds: [], webhooks, deletedWebhookIds: [], spaces: [] });
    fromStream();
    fromStream();
    take('a.b');
    const [ofStream, , other] = asked.map(({ acceptance }) => acceptance.deliveries[0]);
    expect(ofStream).toMatchObject({ parked: true, isNumberedLater: true });
    expect(other).toMatchObject({ parked: true, isNumberedLater: false });
    for (const [index, { answer }] of asked.entries()) answer({ isNew: index !== 1 });
    await acceptor.idle();
    expect(receipts).toMatchObject([
      { outcome: 'stored', isOrderedByStream: true },
      { outcome: 'duplicate', isOrderedByStream: true },
      { outcome: 'stored', isOrderedByStream: false },
    ]);
    expect(turns).toEqual([`1 ${other?.orderKey}`]);
  });

  it('that is delayed has the time of the database, even if the clock of the machine was just set', () => {
    const machine = { now: 1_700_000_000_000 };
    const clock = correctClock({ now: () => machine.now, monotonic: () => 0 });
    clock.learn({ askedAt: 0, answeredAt: 0, time: machine.now });
    acceptor = make({ clock, settings: { maxMessages: 9, maxBytes: 50_000, storeUnmatched: true } });
    for (const jump of [7_200_000, -7_200_000]) {
      machine.now = 1_700_000_000_000 + jump;
      take('a.b', '{}', [['Hukz-Delay', '10s']]);
      machine.now -= 3 * jump;
      const ofStream = { id: identity.id, receivedAt: 1_700_000_000_000 };
      accept({ subject: 'a.b', headers: [['Hukz-Delay', '10s']], payload: Buffer.from('{}'), identity: ofStream });
    }
    take('a.b', '{}', [['Hukz-Deliver-At', new Date(1_700_000_000_000 + 30 * 86_400_000).toISOString()]]);
    expect(asked.map(({ acceptance: { message, dueAt } }) => [message.receivedAt, dueAt])).toEqual([
      ...Array(4).fill([1_700_000_000_000, 1_700_000_010_000]),
      [1_700_000_000_000, 1_702_592_000_000],
    ]);
  });

  it('that is delayed is neither resident nor parked nor ordered before its time', async () => {
    const settings = { ...NO_SETTINGS, ordering: { by: 'webhook' as const } };
    const webhooks = [makeTestWebhook(1, { settings }), makeTestWebhook(2, { waits: 'paused' }), makeTestWebhook(3)];
    catalog.apply({ version: 2, events: [], deletedEventIds: [], webhooks, deletedWebhookIds: [], spaces: [] });
    take('a.b', '{}', [['Hukz-Delay', '10m']]);
    take('a.b', '{}', [['Hukz-Deliver-At', '2023-11-14T22:13:20Z']]);
    const [delayed, late] = asked.map(({ acceptance }) => acceptance);
    expect(delayed?.dueAt).toBe(1_700_000_600_000);
    const plain = { wanted: false, parked: false, orderKey: undefined, isNumberedLater: false };
    expect(delayed?.deliveries).toMatchObject([plain, plain, plain]);
    expect(late?.dueAt).toBeUndefined();
    expect(late?.deliveries).toMatchObject([{ parked: true }, { parked: true }, { wanted: true }]);
    for (const { answer } of asked) answer({});
    await acceptor.idle();
    expect(receipts).toMatchObject([
      { outcome: 'stored', webhooks: 3 },
      { outcome: 'stored', webhooks: 3 },
    ]);
    expect(enqueued.map(({ webhookId }) => webhookId)).toEqual([3]);
  });

  it('that dispatch has no room for is left to the store, in part if need be', async () => {
    room = 1;
    take('a.b');
    expect(asked[0]?.acceptance.deliveries.map(({ wanted }) => wanted)).toEqual([true, false]);
    asked[0]?.answer({});
    await acceptor.idle();
    expect(enqueued).toHaveLength(1);
    expect(receipts).toMatchObject([{ webhooks: 2 }]);
  });

  it('for many webhooks is made ready and handed on a thousand deliveries a turn, by one statement', async () => {
    room = 10_000;
    acceptor = make({ settings: { maxMessages: 3, maxBytes: 10_000_000, storeUnmatched: true } });
    const webhooks = Array.from({ length: 4500 }, (_, n) => makeTestWebhook(n + 1));
    catalog.apply({ version: 2, events: [], deletedEventIds: [], webhooks, deletedWebhookIds: [], spaces: [] });
    const maxPerTick = async (count: () => number, all: number) => {
      let most = 0;
      for (let before = 0; before < all; ) {
        most = Math.max(most, count() - before);
        before = count();
        await new Promise(setImmediate);
      }
      return most;
    };
    take('a.b');
    expect(await maxPerTick(() => reserved.size, 4500)).toBe(1000);
    expect(asked).toHaveLength(1);
    asked[0]?.answer({});
    expect(await maxPerTick(() => enqueued.length, 4500)).toBe(1000);
    await acceptor.idle();
    expect(new Set(enqueued.map(({ message }) => message)).size).toBe(1);
    expect(receipts).toMatchObject([{ webhooks: 4500 }]);
  });

  it('unreserves its memory when its deliveries have no owner', async () => {
    take('a.b');
    asked[0]?.answer({ owned: new Set() });
    await acceptor.idle();
    expect([enqueued.length, reserved.size]).toEqual([0, 0]);
  });

  it('without webhooks is stored, unless that is switched off', async () => {
    take('no.webhook');
    expect(asked).toHaveLength(1);
    asked[0]?.answer({});
    await acceptor.idle();
    acceptor = make({ settings: { maxMessages: 3, maxBytes: 5000, storeUnmatched: false } });
    take('no.webhook');
    await acceptor.idle();
    expect(asked).toHaveLength(1);
    expect(receipts).toMatchObject([{ outcome: 'stored' }, { outcome: 'unwanted', problem: undefined }]);
  });

  it('of no registered event is counted, and says so to who asks', async () => {
    take('something.else');
    await acceptor.idle();
    expect(asked).toHaveLength(0);
    expect(outcomes()).toEqual(['unregistered']);
    expect(acceptor.stats()).toMatchObject({ received: 1, unregistered: 1, accepted: 0 });
  });

  it('with malformed routing is stored, triggers no webhook, and says why', async () => {
    take('a.b', '{}', [['Hukz-Tag', 'nocolon']]);
    expect(asked[0]?.acceptance.deliveries).toEqual([]);
    asked[0]?.answer({});
    await acceptor.idle();
    expect(receipts).toMatchObject([{ webhooks: 0, problem: expect.stringContaining('Hukz-Tag') }]);
    expect(acceptor.stats()).toMatchObject({
      badRouting: 1,
      latest: { badRouting: expect.stringContaining('a.b: Hukz-Tag') },
    });
  });

  it('beyond the bound of the queue is dropped, counted and answered; nothing is silent', async () => {
    for (let n = 0; n < 5; n++) take('a.b');
    expect(asked).toHaveLength(3);
    await Promise.resolve();
    expect(outcomes()).toEqual(['overloaded', 'overloaded']);
    for (const { answer } of asked) answer({});
    await acceptor.idle();
    expect(acceptor.stats()).toMatchObject({ received: 5, accepted: 3, dropped: 2, waiting: 0, waitingBytes: 0 });
    take('a.b');
    take('a.b', 'x'.repeat(5000));
    expect(acceptor.stats().dropped).toBe(3);
  });

  it('that PostgreSQL cannot store is counted, logged and answered', async () => {
    take('a.b');
    take('a.b');
    asked[0]?.answer({ isNew: false, owned: new Set(), refused: 'poison' });
    asked[1]?.fail(new Error('relation "messages" does not exist'));
    await acceptor.idle();
    expect(receipts).toEqual([{ outcome: 'refused', problem: 'poison' }, { outcome: 'failed' }]);
    expect(acceptor.stats()).toMatchObject({ refused: 2, accepted: 0, waiting: 0 });
    expect([reserved.size, strays]).toEqual([0, 1]);
  });

  it('that was matched by a catalog that has changed is matched again', async () => {
    take('a.b');
    changeCatalog = () => {
      catalog.apply({
        version: 2,
        stamp: 'second',
        events: [],
        deletedEventIds: [],
        webhooks: [makeTestWebhook(3)],
        deletedWebhookIds: [1],
        spaces: [],
      });
    };
    const [first] = asked;
    expect(first?.acceptance.catalogStamp).toBe('first');
    first?.answer({ isNew: false, owned: new Set(), stale: true });
    await eventually(() => asked.length === 2, { what: 'the second try' });
    expect(asked[1]?.acceptance.message).toBe(first?.acceptance.message);
    expect(asked[1]?.acceptance.deliveries.map(({ webhookId }) => webhookId)).toEqual([2, 3]);
    expect(asked[1]?.acceptance.catalogStamp).toBe('second');
    asked[1]?.answer({});
    await acceptor.idle();
    expect([enqueued.length, reserved.size, catchUps]).toEqual([2, 2, 1]);
    expect(receipts).toMatchObject([{ webhooks: 2 }]);
  });

  it('is stored in the end, however fast the catalog changes', async () => {
    take('a.b');
    for (let tries = 1; tries < 8; tries++) {
      asked[tries - 1]?.answer({ isNew: false, owned: new Set(), stale: true });
      await eventually(() => asked.length === tries + 1, { what: 'another try' });
    }
    expect(asked[7]?.acceptance.catalogStamp).toBeUndefined();
    asked[7]?.answer({});
    await acceptor.idle();
    expect(acceptor.stats().accepted).toBe(1);
  });

  it.each([
    ['the stream', true],
    ['a subscription', false],
  ])('of %s whose event we have not heard of is looked for again before it is given up', async (_name, isOfStream) => {
    const come = (subject: string) => (isOfStream ? fromStream(subject) : take(subject));
    changeCatalog = () =>
      catalog.apply({
        version: 2,
        events: [{ id: 9, subject: 'just.made' }],
        deletedEventIds: [],
        webhooks: [],
        deletedWebhookIds: [],
        spaces: [],
      });
    come('just.made');
    await eventually(() => asked.length === 1, { what: 'the acceptance' });
    asked[0]?.answer({});
    await acceptor.idle();
    come('never.made');
    await acceptor.idle();
    expect(outcomes()).toEqual(['stored', 'unregistered']);
    expect([acceptor.stats().unregistered, acceptor.stats().accepted]).toEqual([1, 1]);
  });

  it('that is larger than the bound is taken when nothing else waits, so that it does not come again for ever', async () => {
    take('a.b', 'x'.repeat(5000));
    expect(asked).toHaveLength(1);
    asked[0]?.answer({});
    await acceptor.idle();
    expect(acceptor.stats()).toMatchObject({ dropped: 0, accepted: 1, waitingBytes: 0 });
  });

  it('counts what its headers weigh', () => {
    take('a.b');
    take('a.b', '{}', [['X', 'x'.repeat(5000)]]);
    expect(acceptor.stats()).toMatchObject({ dropped: 1, waiting: 1 });
  });

  it('of a stream that is beyond the bound is given back, which delays it; any other one is dropped', () => {
    for (let n = 0; n < 3; n++) take('a.b');
    fromStream();
    take('a.b');
    expect(acceptor.stats()).toMatchObject({ delayed: 1, dropped: 1 });
  });

  it('whose subject is reserved is left out', async () => {
    take('$SYS.a');
    await acceptor.idle();
    expect([outcomes(), asked.length]).toEqual([['reserved'], 0]);
    expect(acceptor.stats()).toMatchObject({ reserved: 1, latest: { reserved: '$SYS.a' } });
  });

  it('gets a receipt from a fault too', async () => {
    acceptor = make({
      tryReserve: () => {
        throw new Error('a bug');
      },
    });
    take('a.b');
    await acceptor.idle();
    expect(outcomes()).toEqual(['failed']);
  });
});

it('the acceptor is idle when what waited for the receipts has run: a last acknowledgement is sent by then', async () => {
  const acknowledged: Receipt[] = [];
  const acknowledge = async () => {
    const receipt = await acceptor.accept({ subject: 'a.b', headers: [], payload: Buffer.from('{}') });
    for (let step = 0; step < 5; step++) await undefined;
    acknowledged.push(receipt);
  };
  void acknowledge();
  const idle = acceptor.idle().then(() => acknowledged.length);
  asked[0]?.answer({});
  expect(await idle).toBe(1);
});
