import { describe, expect, it } from '@jest/globals';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import type { ClassPath } from '../domain/delivery/scheduling-class.js';
import { makeTestLanes } from '../testkit/kits/test-lanes.js';
import type { Lanes } from './lanes/lanes.js';
import { Residents } from './residents/residents.js';

const bytes = new Uint8Array(0);
const message = { id: 'm', receivedAt: 0, subject: 'a', headers: [], payload: bytes, body: bytes };
const limits = { maxInFlight: 512, maxInFlightPerWebhook: 32, maxRetryShare: 0.5 };
const TIMED_OUT_MS = 15_000;

const delivery = (webhookId: number, n = 0, attempts = 0): OwnedDelivery => ({
  id: `${webhookId}-${n}`,
  message,
  webhookId,
  owner: 'me',
  attempts,
  countedFailures: attempts,
});
const takeAll = (lanes: Lanes) => {
  const taken: OwnedDelivery[] = [];
  for (let next = lanes.dequeue(); next; next = lanes.dequeue()) taken.push(next);
  return taken;
};
const fill = (lanes: Lanes, webhooks: number, attempts = 0) => {
  for (let id = 1; id <= webhooks; id++) for (let n = 0; n < 3; n++) lanes.push(delivery(id, n, attempts));
};

/** Webhooks 1 to 999 belong to one user and send to one server that never answers. */
const HANGING: ClassPath = [7, 7, 'https://hangs.example'];
const QUICK = 1000;
const beside = (quick: ClassPath) => makeTestLanes(limits, { classOf: (id) => (id < QUICK ? HANGING : quick) });

describe('560 webhooks that hang, each with its first request', () => {
  it.each<[string, ClassPath]>([
    ['webhooks of another space', [8, 8, 'https://quick.example']],
    ['webhooks of another user of the same space', [7, 8, 'https://quick.example']],
    ['webhooks of the same user for another server', [7, 7, 'https://quick.example']],
  ])('leave slots to %s', (_, quick) => {
    const lanes = beside(quick);
    fill(lanes, 560);
    expect(takeAll(lanes).length).toBeLessThan(440);
    for (let n = 0; n < 20; n++) lanes.push(delivery(QUICK + n));
    expect(takeAll(lanes).map(({ webhookId }) => webhookId)).toEqual(Array.from({ length: 20 }, (_, n) => QUICK + n));
  });

  it('leave slots to others where each of them is in a space of its own, which its user chose', () => {
    const classOf = (id: number): ClassPath => [id, id < QUICK ? 7 : 8, `https://${id}.example`];
    const lanes = makeTestLanes(limits, { classOf });
    fill(lanes, 560);
    const taken = takeAll(lanes);
    expect(taken.length).toBeLessThan(462);
    for (let n = 0; n < 20; n++) lanes.push(delivery(QUICK + n));
    expect(takeAll(lanes).map(({ webhookId }) => webhookId)).toEqual(Array.from({ length: 20 }, (_, n) => QUICK + n));
    // A request that ends makes room again, in any space.
    for (const one of taken) lanes.done(one, 'fine', 1);
    expect(takeAll(lanes).length).toBeGreaterThan(400);
  });

  it('leave memory to others where each of them is in a space of its own', () => {
    const classOf = (id: number): ClassPath => [id, id < QUICK ? 7 : 8, `https://${id}.example`];
    const residents = new Residents({ maxResident: 1000, maxResidentBytes: 1 << 30 }, classOf);
    let kept = 0;
    for (let n = 0; n < 10; n++)
      for (let id = 1; id <= 560; id++) if (residents.tryReserve(`${id}-${n}`, id, 1)) kept++;
    expect(kept).toBeLessThan(800);
    expect(residents.tryReserve('quick', QUICK, 1)).toBe(true);
    for (let n = 0; n < 10; n++) for (let id = 1; id <= 560; id++) residents.release(`${id}-${n}`);
    expect(residents.tryReserve('again', 1, 1)).toBe(true);
  });

  it('leave slots for retries to other spaces', () => {
    const lanes = beside([8, 8, 'https://quick.example']);
    fill(lanes, 560, 1);
    expect(takeAll(lanes).length).toBeLessThan(221);
    for (let n = 0; n < 20; n++) lanes.push(delivery(QUICK + n, 0, 1));
    expect(takeAll(lanes)).toHaveLength(20);
  });

  it('have a quarter of the slots from their second request on, so that the others of their class have the rest', () => {
    const lanes = beside(HANGING);
    fill(lanes, 560);
    for (let turns = 0; turns < 2; turns++) {
      for (const one of takeAll(lanes)) lanes.done(one, 'stalled', TIMED_OUT_MS);
    }
    expect(takeAll(lanes).length).toBeLessThanOrEqual(128);
    for (let n = 0; n < 100; n++) lanes.push(delivery(QUICK + n));
    expect(takeAll(lanes)).toHaveLength(100);
  });

  it('are sent to like others once they answer', () => {
    const lanes = makeTestLanes(limits, { rulesOf: () => ({ maxInFlight: 1 }) });
    lanes.push(delivery(1, 1));
    lanes.push(delivery(1, 2));
    lanes.push(delivery(1, 3));
    for (const load of ['stalled', 'fine'] as const) {
      const [one] = takeAll(lanes);
      lanes.done(one as OwnedDelivery, load, TIMED_OUT_MS);
    }
    expect([takeAll(lanes).length, lanes.hungInFlight]).toEqual([1, 0]);
  });

  it('leave places in memory to others, to new messages and to what is claimed', () => {
    const residents = new Residents({ maxResident: 20_000, maxResidentBytes: 64 << 20 }, (id) =>
      id < QUICK ? HANGING : [8, 8, 'https://quick.example'],
    );
    let resident = 0;
    for (let n = 0; n < 200; n++)
      for (let id = 1; id <= 560; id++) if (residents.tryReserve(`${id}-${n}`, id, 1500)) resident++;
    expect(resident).toBeGreaterThan(10_000);
    for (let n = 0; n < 100; n++) expect(residents.tryReserve(`quick-${n}`, QUICK, 1500)).toBe(true);
    for (let round = 0; round < 20; round++) {
      const { except, lanes, others } = residents.lanes(2000);
      for (let id = 1; id <= 560; id++) {
        const room = except.includes(id) ? 0 : (lanes.get(id) ?? others);
        for (let n = 0; n < room; n++) residents.reserve(`${id}-${round}-claimed-${n}`, id, 1500);
      }
    }
    expect(residents.roomOf(QUICK + 1)).toBeGreaterThan(100);
  });
});

describe('a class that is alone', () => {
  it.each<[string, number, (id: number) => ClassPath]>([
    ['an origin', 439, () => HANGING],
    ['a user', 461, (id) => [7, 7, `https://${id}.example`]],
    ['a space', 473, (id) => [7, id, `https://${id}.example`]],
  ])('has nearly all slots: %s', (_, expected, classOf) => {
    const lanes = makeTestLanes(limits, { classOf });
    fill(lanes, 999);
    expect(takeAll(lanes)).toHaveLength(expected);
  });

  it.each([1, 2, 3, 4, 5, 6])('has all slots where there are %s', (maxInFlight) => {
    const lanes = makeTestLanes({ ...limits, maxInFlight }, { classOf: () => HANGING });
    fill(lanes, 8);
    expect(takeAll(lanes)).toHaveLength(maxInFlight);
  });
});

it('spaces take turns, and so do the users of a space and the origins of a user', () => {
  const classes: readonly ClassPath[] = [
    [1, 1, 'a'],
    [1, 1, 'a'],
    [1, 1, 'b'],
    [1, 2, 'a'],
    [2, 3, 'a'],
  ];
  const lanes = makeTestLanes(limits, { classOf: (id) => classes[id] as ClassPath });
  for (let id = 0; id < classes.length; id++) for (let n = 0; n < 4; n++) lanes.push(delivery(id, n));
  const order = Array.from({ length: 12 }, () => {
    const one = lanes.dequeue() as OwnedDelivery;
    lanes.done(one, 'fine', 1);
    return one.webhookId;
  });
  // After four rounds, space 2 has nothing left.
  expect(order).toEqual([0, 4, 3, 4, 2, 4, 3, 4, 1, 3, 2, 3]);
});

it('a webhook that waits for its access token holds no slot, and goes on when the token has come', async () => {
  let come: () => void = () => undefined;
  let token: Promise<void> | undefined = new Promise<void>((resolve) => {
    come = resolve;
  });
  let woken = 0;
  const lanes = makeTestLanes(limits, { untilReady: (id) => (id === 1 ? token : undefined) });
  lanes.whenWork(() => void woken++);
  lanes.push(delivery(1, 1));
  lanes.push(delivery(1, 2));
  lanes.push(delivery(2));
  expect(takeAll(lanes).map(({ id }) => id)).toEqual(['2-0']);
  lanes.push(delivery(1, 3));
  expect([takeAll(lanes).length, lanes.inFlight, lanes.queued]).toEqual([0, 1, 3]);
  token = undefined;
  come();
  await new Promise(setImmediate);
  expect(woken).toBe(1);
  expect(takeAll(lanes).map(({ id }) => id)).toEqual(['1-1', '1-2', '1-3']);
});
