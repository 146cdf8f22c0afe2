import { expect, it } from '@jest/globals';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestLanes } from '../testkit/kits/test-lanes.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { makeTestWebhook } from '../testkit/kits/test-webhook.js';
import { makeTestDispatcher } from '../testkit/test-dispatcher.js';

const body = new Uint8Array(1);
const message = { id: 'm', receivedAt: 0, subject: 'a', headers: [], payload: body, body };
const one = { message, owner: 'me', attempts: 0, countedFailures: 0 };

it('sends no more than may be doubled while nothing can be settled, and goes on when it can', async () => {
  const settles: (() => void)[] = [];
  let sent = 0;
  const { dispatcher, enqueue } = makeTestDispatcher({
    send: async () => {
      sent++;
      return { kind: 'answered', status: 200, body };
    },
    settle: () => new Promise((resolve) => settles.push(resolve)),
    maxActive: 20,
    lanes: makeTestLanes({ maxInFlight: 100, maxInFlightPerWebhook: 10, maxRetryShare: 0.5 }),
  });
  for (let n = 0; n < 1000; n++) {
    const delivery: OwnedDelivery = {
      id: `d${n}`,
      message,
      webhookId: n % 20,
      owner: 'me',
      attempts: 0,
      countedFailures: 0,
    };
    enqueue(delivery);
  }
  await eventually(() => settles.length === 20, { what: 'twenty that wait for their settle' });
  await new Promise(setImmediate);
  expect(sent).toBe(20);
  for (let done = 0; done < 1000; done++) {
    await eventually(() => settles.length > 0, { what: 'another settle' });
    settles.shift()?.();
  }
  await dispatcher.idle();
  expect(sent).toBe(1000);
});

it('a delivery that is to be retried is looked for at once if its webhook was deleted during the request', async () => {
  const deleted = new Set<number>();
  const settled: number[] = [];
  let woken = 0;
  const { dispatcher, enqueue } = makeTestDispatcher({
    send: async ({ webhookId }) => {
      if (webhookId !== 1) deleted.add(webhookId);
      return { kind: 'answered', status: webhookId === 3 ? 200 : 503, body };
    },
    find: (id) => (deleted.has(id) ? undefined : makeTestWebhook(id)),
    policyOf: () => ({ scheduleMs: [1000], jitter: 0, maxAgeMs: 60_000, finalStatuses: [], localFaultDelayMs: 0 }),
    settle: async ({ webhook }) => void settled.push(webhook.id),
    wakeParked: () => woken++,
  });
  const outcomes: number[] = [];
  for (const webhookId of [1, 2, 3]) {
    enqueue({ ...one, message: { ...message, receivedAt: Date.now() }, id: `d${webhookId}`, webhookId });
    await dispatcher.idle();
    outcomes.push(woken);
  }
  expect([settled, outcomes]).toEqual([
    [1, 2, 3],
    [0, 1, 1],
  ]);
});

it('begins 64 requests in a turn of the event loop, and the others in those that follow', async () => {
  let sent = 0;
  const { dispatcher, enqueue } = makeTestDispatcher({
    send: async () => {
      sent++;
      await new Promise(setImmediate);
      return { kind: 'answered', status: 200, body };
    },
    maxActive: 5000,
    lanes: makeTestLanes({ maxInFlight: 5000, maxInFlightPerWebhook: 10, maxRetryShare: 0.5 }),
  });
  for (let n = 0; n < 1000; n++) {
    enqueue({ id: `d${n}`, message, webhookId: n, owner: 'me', attempts: 0, countedFailures: 0 });
  }
  let most = 0;
  for (let before = 0; before < 1000; before = sent) {
    most = Math.max(most, sent - before);
    await new Promise(setImmediate);
  }
  await dispatcher.idle();
  expect(sent).toBe(1000);
  expect(most).toBe(64);
});

it.each([
  [
    'looks for what is parked when its webhook is no longer suspended before it was put aside',
    true,
    { woken: 1, holding: [] },
  ],
  ['while a webhook waits leaves what is parked where it is, and parks more of it', false, { woken: 0, holding: [1] }],
])('%s', async (_name, closesMeanwhile, expected) => {
  let isOpen = true;
  let woken = 0;
  const holding: number[] = [];
  const { dispatcher, enqueue } = makeTestDispatcher({
    find: (id) => ({ ...makeTestWebhook(id), ...(isOpen && { waits: 'circuit_open' as const }) }),
    async park() {
      if (closesMeanwhile) isOpen = false;
    },
    wakeParked: () => void woken++,
    onResting: (id) => void holding.push(id),
    maxActive: 20,
    lanes: makeTestLanes({ maxInFlight: 100, maxInFlightPerWebhook: 10, maxRetryShare: 0.5 }),
  });
  enqueue({ id: 'd', message, webhookId: 1, owner: 'me', attempts: 0, countedFailures: 0 });
  await dispatcher.idle();
  expect({ woken, holding }).toEqual(expected);
});

it.each([
  ['disables a webhook whose receiver answers 410', 'https://one.example/', [7]],
  ['leaves one alone whose url was changed while the request was under way', 'https://two.example/', []],
])('%s', async (_, urlLater, expected) => {
  const disabled: number[] = [];
  let url = 'https://one.example/';
  const { dispatcher, enqueue } = makeTestDispatcher({
    send: async () => {
      url = urlLater;
      return { kind: 'answered', status: 410, body };
    },
    find: (id) => makeTestWebhook(id, { url }),
    disable: async (id) => void disabled.push(id),
    maxActive: 10,
    lanes: makeTestLanes({ maxInFlight: 10, maxInFlightPerWebhook: 10, maxRetryShare: 0.5 }),
  });
  enqueue({ id: 'd', message, webhookId: 7, owner: 'me', attempts: 0, countedFailures: 0 });
  await dispatcher.idle();
  expect(disabled).toEqual(expected);
});

it('gives the slot of an attempt that waits for a token to others, and the attempt has the next turn of its lane', async () => {
  let token: () => void = () => undefined;
  const sent: string[] = [];
  const logger = makeTestLogger();
  const lanes = makeTestLanes({ maxInFlight: 1, maxInFlightPerWebhook: 1, maxRetryShare: 1 });
  const { dispatcher, enqueue } = makeTestDispatcher({
    find: (id) => makeTestWebhook(id, { settings: { auth: { type: 'oauth2', clientId: 'me' } } }),
    async send({ id, webhookId }, _, slot) {
      sent.push(`begun ${id}`);
      if (webhookId === 1 && slot) {
        slot.leave();
        await new Promise<void>((resolve) => {
          token = resolve;
        });
        sent.push(`${id} ${await slot.enter()}`);
      }
      return { kind: 'answered', status: 200, body };
    },
    maxActive: 10,
    lanes,
    logger,
  });
  enqueue({ ...one, id: 'a', webhookId: 1 });
  enqueue({ ...one, id: 'b', webhookId: 2 });
  await eventually(() => sent.includes('begun b'), { what: 'the other webhook' });
  token();
  await dispatcher.idle();
  expect(sent).toEqual(['begun a', 'begun b', 'a true']);
  expect([lanes.inFlight, lanes.queued, logger.lines]).toEqual([0, 0, []]);
});

it('ends an attempt that waits for a slot when it stops, and does not give its delivery back', async () => {
  const answers: boolean[] = [];
  const lanes = makeTestLanes({ maxInFlight: 1, maxInFlightPerWebhook: 1, maxRetryShare: 1 });
  const going: Record<string, () => void> = {};
  const { dispatcher, enqueue } = makeTestDispatcher({
    find: (id) => makeTestWebhook(id, { settings: { auth: { type: 'oauth2', clientId: 'me' } } }),
    async send({ id }, _, slot) {
      if (id === 'waits') slot?.leave();
      await new Promise<void>((resolve) => {
        going[id] = resolve;
      });
      if (id === 'waits' && slot) answers.push(await slot.enter());
      return { kind: 'answered', status: 200, body };
    },
    maxActive: 10,
    lanes,
  });
  enqueue({ ...one, id: 'waits', webhookId: 1 });
  enqueue({ ...one, id: 'hangs', webhookId: 2 });
  enqueue({ ...one, id: 'queued', webhookId: 3 });
  going.waits?.();
  await eventually(() => lanes.queued === 2, { what: 'the attempt that wants its slot back' });
  expect(dispatcher.stop().map(({ id }) => id)).toEqual(['queued']);
  going.hangs?.();
  await dispatcher.idle();
  expect([answers, lanes.inFlight, lanes.queued]).toEqual([[false], 0, 0]);
});
