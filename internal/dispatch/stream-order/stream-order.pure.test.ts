import { beforeEach, describe, expect, it } from '@jest/globals';
import { makeTestLogger } from '../../testkit/kits/test-logger.js';
import { makeStreamOrder, type StreamOrder, type StreamOrderDeps } from './stream-order.js';

const MINUTE = 60_000;
let now: number;
let unnumbered: Map<string, number[]>;
let floors: Map<string, number | 'unread' | undefined>;
let asked: number;
let numbered: string[];
let turns: string[];
let broken: boolean;
let logger: ReturnType<typeof makeTestLogger>;
let order: StreamOrder;

const make = (more: Partial<StreamOrderDeps> = {}) =>
  makeStreamOrder({
    listUnnumbered: async () => {
      if (broken) throw new Error('away');
      const waiting = [...unnumbered].filter(([, sequences]) => sequences.length > 0);
      return waiting.map(([stream, sequences]) => ({
        stream,
        lowest: Math.min(...sequences),
        highest: Math.max(...sequences),
      }));
    },
    numberLater: async (stream, upTo) => {
      const all = unnumbered.get(stream) ?? [];
      const some = all.filter((sequence) => sequence <= upTo).sort((a, b) => a - b);
      unnumbered.set(
        stream,
        all.filter((sequence) => sequence > upTo),
      );
      numbered.push(...some.map((sequence) => `${stream} ${sequence}`));
      return { keys: some.map((sequence) => ({ webhookId: 1, orderKey: `k${sequence}` })), more: false };
    },
    acknowledgedUpTo: async (stream) => {
      asked++;
      return floors.get(stream);
    },
    advance: (webhookId, orderKey) => void turns.push(`${webhookId} ${orderKey}`),
    unreadMs: () => 10_000,
    now: () => now,
    logger,
    ...more,
  });
/** The store has the messages, and this instance knows. */
const commit = (stream: string, ...sequences: number[]) => {
  unnumbered.set(stream, [...(unnumbered.get(stream) ?? []), ...sequences]);
  for (const sequence of sequences) order.committed(stream, sequence);
};
/** The store has the messages from another instance. */
const leave = (stream: string, ...sequences: number[]) => void unnumbered.set(stream, sequences);
/** Looks every five seconds, the minimum frequency of the loop. */
const pass = async (ms: number) => {
  for (const end = now + ms; now < end; now += 5000) await order.runOnce().catch(() => undefined);
};
const logged = (name: string) => logger.lines.filter((line) => line.name === name);

beforeEach(() => {
  [now, asked, numbered, turns, broken] = [0, 0, [], [], false];
  unnumbered = new Map();
  floors = new Map();
  logger = makeTestLogger();
  order = make();
});

describe('what is committed', () => {
  it('gets its turn when everything before it is acknowledged, in the order of its stream', async () => {
    await order.runOnce();
    commit('a', 7, 5, 9);
    floors.set('a', 4);
    await order.runOnce();
    expect(numbered).toEqual([]);
    floors.set('a', 8);
    await order.runOnce();
    expect(turns).toEqual(['1 k5', '1 k7']);
    floors.set('a', 9);
    await order.runOnce();
    expect(numbered).toEqual(['a 5', 'a 7', 'a 9']);
  });

  it('asks for no floor when nothing waits, and is looked for at once, then ever less often', async () => {
    await order.runOnce();
    expect(asked).toBe(0);
    expect(order.pauseMs()).toBe(5000);
    commit('a', 2);
    floors.set('a', 1);
    await order.runOnce();
    expect([asked, order.pauseMs()]).toEqual([1, 1]);
    now += 100;
    expect(order.pauseMs()).toBe(25);
    now += MINUTE;
    expect(order.pauseMs()).toBe(250);
    floors.set('a', 2);
    await order.runOnce();
    await order.runOnce();
    expect(asked).toBe(3);
  });

  it('that an instance forgot is found by the patrol of another one', async () => {
    leave('a', 3, 4);
    floors.set('a', 3);
    await pass(5000);
    expect(numbered).toEqual(['a 3']);
    floors.set('a', 4);
    await order.runOnce();
    expect(numbered).toEqual(['a 3', 'a 4']);
  });

  it('of one stream does not wait for another, not even for one that cannot be asked', async () => {
    order = make({
      acknowledgedUpTo: async (stream) => {
        if (stream === 'bad') throw new Error('no leader');
        return floors.get(stream);
      },
    });
    commit('bad', 1);
    commit('a', 1);
    commit('b', 1);
    floors.set('a', 0);
    floors.set('b', 1);
    await order.runOnce();
    expect(numbered).toEqual(['b 1']);
  });
});

describe('a stream that no instance reads', () => {
  it('is left to others for a while, then numbered as far as it is here', async () => {
    leave('gone', 5, 3);
    floors.set('gone', 'unread');
    await pass(10_000);
    expect(numbered).toEqual([]);
    await pass(5000);
    expect(numbered).toEqual(['gone 3', 'gone 5']);
    expect(logged('order.stream_unread')).toHaveLength(1);
  });

  it('is left to others for as long when its floor has stood still before', async () => {
    leave('a', 7, 6);
    floors.set('a', 4);
    await pass(MINUTE);
    floors.set('a', 'unread');
    await pass(10_000);
    expect(numbered).toEqual([]);
    await pass(5000);
    expect(numbered).toEqual(['a 6', 'a 7']);
  });

  it('is not numbered here while another instance makes progress with it', async () => {
    floors.set('theirs', 'unread');
    for (let sequence = 1; sequence < 20; sequence++) {
      leave('theirs', sequence, 100);
      await pass(5000);
    }
    expect(numbered).toEqual([]);
  });
});

describe('a floor that does not move', () => {
  it('is waited for ten minutes, and not again as long as it does not move', async () => {
    leave('a', 7, 6);
    floors.set('a', 4);
    await pass(10 * MINUTE);
    expect(numbered).toEqual([]);
    await pass(5000);
    expect(numbered).toEqual(['a 6', 'a 7']);
    expect(logged('order.given_up')).toHaveLength(1);
    commit('a', 9);
    await order.runOnce();
    expect(numbered).toEqual(['a 6', 'a 7', 'a 9']);
  });

  it('is waited for again once it has moved', async () => {
    leave('a', 6);
    floors.set('a', 4);
    await pass(10 * MINUTE + 5000);
    floors.set('a', 6);
    commit('a', 9);
    await order.runOnce();
    expect(numbered).toEqual(['a 6']);
    expect(logged('order.kept_again')).toHaveLength(1);
    floors.set('a', 9);
    await order.runOnce();
    expect(numbered).toEqual(['a 6', 'a 9']);
  });

  it.each([
    ['NATS', { floor: undefined, isBroken: false }],
    ['PostgreSQL', { floor: 4, isBroken: true }],
  ])('is not given up for the time in which %s was away', async (_name, { floor, isBroken }) => {
    leave('a', 6);
    floors.set('a', 4);
    await pass(9 * MINUTE);
    floors.set('a', floor);
    broken = isBroken;
    await pass(60 * MINUTE);
    floors.set('a', 4);
    broken = false;
    await pass(9 * MINUTE);
    expect(numbered).toEqual([]);
    await pass(2 * MINUTE);
    expect(numbered).toEqual(['a 6']);
  });
});
