import { describe, expect, it } from '@jest/globals';
import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import { classOfItsOwn } from '../../testkit/kits/test-classes.js';
import { makeTestLanes } from '../../testkit/kits/test-lanes.js';
import { Residents } from '../residents/residents.js';
import type { Lanes } from './lanes.js';
import { Rates } from './rates.js';

const message = {
  id: 'm',
  receivedAt: 0,
  subject: 'a',
  headers: [],
  payload: new Uint8Array(0),
  body: new Uint8Array(0),
};
const delivery = (id: string, webhookId: number, attempts = 0): OwnedDelivery => ({
  id,
  message,
  webhookId,
  owner: 'me',
  attempts,
  countedFailures: attempts,
});
const limits = { maxInFlight: 40, maxInFlightPerWebhook: 4, maxRetryShare: 0.5 };
const takeAll = (lanes: Lanes) => {
  const taken: OwnedDelivery[] = [];
  for (let next = lanes.dequeue(); next; next = lanes.dequeue()) taken.push(next);
  return taken;
};
const fill = (lanes: Lanes, webhookId: number, count: number, attempts = 0) => {
  for (let n = 0; n < count; n++) lanes.push(delivery(`${webhookId}-${n}`, webhookId, attempts));
};

describe('lanes', () => {
  it('hand out slots round robin, each lane in its own order', () => {
    const lanes = makeTestLanes({ ...limits, maxInFlight: 100 });
    for (const webhookId of [1, 2, 3]) fill(lanes, webhookId, 2);
    expect(takeAll(lanes).map(({ id }) => id)).toEqual(['1-0', '2-0', '3-0', '1-1', '2-1', '3-1']);
  });

  it('keep each webhook to its limit, and go on when a request ends', () => {
    const lanes = makeTestLanes({ ...limits, maxInFlight: 100 });
    fill(lanes, 1, 6);
    const first = takeAll(lanes);
    expect(first).toHaveLength(4);
    lanes.done(first[0] as OwnedDelivery);
    expect(takeAll(lanes).map(({ id }) => id)).toEqual(['1-4']);
  });

  it('let a lane beyond its first slot have a quarter of the free ones only', () => {
    const lanes = makeTestLanes({ ...limits, maxInFlight: 8, maxInFlightPerWebhook: 8 });
    fill(lanes, 1, 8);
    expect(takeAll(lanes)).toHaveLength(2);
    fill(lanes, 2, 8);
    expect(takeAll(lanes).map(({ webhookId }) => webhookId)).toEqual([2, 2]);
  });

  it('count a replayed delivery as a retry, so that fresh messages pass it', () => {
    const lanes = makeTestLanes({ ...limits, maxInFlight: 4, maxInFlightPerWebhook: 4 });
    for (let webhookId = 1; webhookId <= 9; webhookId++) {
      lanes.push({ ...delivery(`${webhookId}`, webhookId), replay: true });
    }
    expect(takeAll(lanes)).toHaveLength(2);
    lanes.push(delivery('fresh', 10));
    expect(takeAll(lanes).map(({ id }) => id)).toEqual(['fresh']);
  });

  it('leave most slots to those that answer when many are stuck', () => {
    const lanes = makeTestLanes({ ...limits, maxInFlight: 512, maxInFlightPerWebhook: 32 });
    for (let webhookId = 1; webhookId <= 100; webhookId++) fill(lanes, webhookId, 1000);
    takeAll(lanes);
    // All of them hang. A user whose receiver answers still gets a slot at once, again and again.
    fill(lanes, 999, 50);
    let ran = 0;
    for (let next = lanes.dequeue(); next?.webhookId === 999; next = lanes.dequeue()) {
      ran++;
      lanes.done(next);
    }
    expect(ran).toBe(50);
  });

  it('give retries at most their share', () => {
    const lanes = makeTestLanes({ ...limits, maxRetryShare: 0.25 });
    for (let webhookId = 1; webhookId <= 50; webhookId++) fill(lanes, webhookId, 1, 1);
    expect(takeAll(lanes)).toHaveLength(10);
    for (let webhookId = 51; webhookId <= 100; webhookId++) fill(lanes, webhookId, 1);
    const fresh = takeAll(lanes);
    expect(fresh).toHaveLength(30);
    expect(fresh.every(({ attempts }) => attempts === 0)).toBe(true);
  });

  it('count what is in flight and what waits, and forget lanes that are empty', () => {
    const lanes = makeTestLanes(limits);
    fill(lanes, 1, 6);
    const running = takeAll(lanes);
    expect([lanes.inFlight, lanes.queued]).toEqual([4, 2]);
    expect(lanes.clear().map(({ id }) => id)).toEqual(['1-4', '1-5']);
    for (const one of running) lanes.done(one);
    expect([lanes.inFlight, lanes.queued]).toEqual([0, 0]);
    fill(lanes, 1, 1);
    expect(takeAll(lanes)).toHaveLength(1);
  });

  it('never lose a lane, whatever order things happen in', () => {
    const lanes = makeTestLanes({ maxInFlight: 7, maxInFlightPerWebhook: 2, maxRetryShare: 0.3 });
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const running: OwnedDelivery[] = [];
    const finished = new Set<string>();
    for (let n = 0; n < 2000; n++) {
      lanes.push(delivery(`d${n}`, random(9), random(2)));
      running.push(...(random(2) ? takeAll(lanes) : []));
      for (let ends = random(3); ends > 0 && running.length > 0; ends--) {
        const [one] = running.splice(random(running.length), 1);
        lanes.done(one as OwnedDelivery);
        finished.add((one as OwnedDelivery).id);
      }
    }
    for (let one = running.shift(); one || lanes.queued > 0; one = running.shift()) {
      if (one) {
        lanes.done(one);
        finished.add(one.id);
      }
      running.push(...takeAll(lanes));
    }
    expect(finished.size).toBe(2000);
  });
});

describe('holdings', () => {
  const residents = (maxResident: number, maxResidentBytes = 1 << 30) =>
    new Residents({ maxResident, maxResidentBytes }, classOfItsOwn);

  it('widen the window of a lane whose receiver answers, to a quarter of what is free', () => {
    const resident = residents(1000);
    for (let n = 0; n < 5000; n++) {
      resident.tryReserve(`a${n}`, 1, 1);
      resident.tryReserve(`b${n}`, 1, 1);
      resident.release(`a${n}`);
    }
    expect(resident.count).toBeGreaterThan(190);
    expect(resident.count).toBeLessThanOrEqual(200);
    expect(resident.tryReserve('another', 2, 1)).toBe(true);
  });

  it('narrow the window of a lane whose receiver fails', () => {
    const resident = residents(1000);
    const fill = () => {
      let count = 0;
      while (resident.tryReserve(`${count}`, 1, 1)) count++;
      return resident.count;
    };
    expect(fill()).toBe(128);
    resident.release('0', false);
    resident.release('1', false);
    expect(resident.tryReserve('0', 1, 1)).toBe(false);
  });

  it('always leave room for a lane that runs, however many are stuck', () => {
    const resident = residents(20_000);
    for (let webhookId = 1; webhookId <= 100; webhookId++) {
      for (let n = 0; resident.tryReserve(`${webhookId}-${n}`, webhookId, 1); n++);
    }
    expect(resident.count).toBe(100 * 128);
    expect(resident.tryReserve('fresh', 999, 1)).toBe(true);
  });

  it('count a delivery once that is claimed again while its request still runs', () => {
    const resident = residents(1000);
    resident.reserve('d', 1, 100);
    resident.reserve('d', 1, 100);
    expect([resident.count, resident.residentBytes]).toEqual([1, 100]);
    resident.release('d');
    resident.release('d');
    expect([resident.count, resident.residentBytes, resident.lanes().except]).toEqual([0, 0, []]);
  });

  it('bound the bytes as well, and give them back', () => {
    const resident = residents(1000, 1000);
    expect(resident.tryReserve('a', 1, 600)).toBe(true);
    expect(resident.tryReserve('b', 2, 600)).toBe(false);
    resident.release('a');
    resident.release('a');
    expect(resident.residentBytes).toBe(0);
    expect(resident.tryReserve('b', 2, 600)).toBe(true);
  });
});

describe('lanes of webhooks that want less', () => {
  it('let a webhook have a limit of its own', () => {
    const lanes = makeTestLanes(
      { ...limits, maxInFlight: 100 },
      { rulesOf: (id) => (id === 1 ? { maxInFlight: 1 } : {}) },
    );
    fill(lanes, 1, 3);
    fill(lanes, 2, 6);
    expect(takeAll(lanes).map(({ webhookId }) => webhookId)).toEqual([1, 2, 2, 2, 2]);
  });

  it('halve the limit of a receiver that is overloaded, and give it back as it answers well', () => {
    const lanes = makeTestLanes({ ...limits, maxInFlight: 100 });
    fill(lanes, 1, 60);
    const first = takeAll(lanes);
    for (const one of first) lanes.done(one, 'refusing');
    expect(takeAll(lanes)).toHaveLength(1);
    let running = 1;
    for (let answers = 0; answers < 40 && running < 4; answers++) {
      lanes.done(first[0] as OwnedDelivery, 'fine');
      running += takeAll(lanes).length - 1;
    }
    expect(running).toBe(4);
  });

  it('send no more than the rate of a webhook, of which each instance has its part', () => {
    let now = 0;
    const lanes = makeTestLanes(
      { ...limits, maxInFlight: 1000, maxInFlightPerWebhook: 1000 },
      { rulesOf: (id) => (id === 1 ? { rate: { count: 20, perMs: 1000 } } : {}), instances: () => 2, now: () => now },
    );
    fill(lanes, 1, 100);
    fill(lanes, 2, 3);
    expect(takeAll(lanes).map(({ id }) => id)).toEqual(['1-0', '2-0', '2-1', '2-2']);
    expect(lanes.nextTokenInMs()).toBe(100);
    let sent = 1;
    for (; now < 5000; now += 10) sent += takeAll(lanes).length;
    expect(sent).toBe(50);
    now += 60_000;
    expect(takeAll(lanes)).toHaveLength(10);
  });

  it('wait for no token while nothing could run with one', () => {
    let now = 0;
    const rate = { count: 10, perMs: 1000 };
    const lanes = makeTestLanes(
      { ...limits, maxInFlight: 8, maxInFlightPerWebhook: 4 },
      { rulesOf: (id) => (id === 1 ? { rate } : {}), now: () => now },
    );
    fill(lanes, 1, 2);
    const [first] = takeAll(lanes);
    for (const webhookId of [2, 3, 4, 5, 6, 7, 8]) fill(lanes, webhookId, 1);
    expect(takeAll(lanes)).toHaveLength(7);
    now += 500;
    expect(lanes.nextTokenInMs()).toBeUndefined();
    lanes.done(first as OwnedDelivery);
    expect(lanes.nextTokenInMs()).toBe(0);
    lanes.clear();
    expect(lanes.nextTokenInMs()).toBeUndefined();
    expect(takeAll(lanes)).toEqual([]);
  });

  it('forget the rates of webhooks that nothing was sent to for an hour', () => {
    const rates = new Rates();
    const share = { rate: { count: 1, perMs: 3_600_000 }, parts: 1 };
    for (let id = 0; id < 100; id++) expect(rates.consume(id, 0, share)).toBe(0);
    expect(rates.consume(8, 3_599_000, share)).toBeGreaterThan(0);
    expect(rates.consume(7, 3_600_001, share)).toBe(0);
    expect(rates.consume(7, 3_600_002, share)).toBeGreaterThan(0);
    expect(rates.size).toBe(100);
    for (let n = 0; n < 200; n++) rates.consume(1000 + (n % 5), 7_200_001, share);
    expect(rates.size).toBe(6);
  });
});
