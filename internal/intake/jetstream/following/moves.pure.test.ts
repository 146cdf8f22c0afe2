import { beforeEach, describe, expect, it } from '@jest/globals';
import { planStreams } from '../../../domain/streams/stream-plan.js';
import { makeTestLogger } from '../../../testkit/kits/test-logger.js';
import type { ListedStream } from '../streams/streams.js';
import type { WantedConsumer } from '../wanted-consumer.js';
import { Moves } from './moves.js';

const stream = (name: string, subjects: string[], more: Partial<ListedStream> = {}): ListedStream => ({
  name,
  subjects,
  created: `made ${name}`,
  lastSequence: 10,
  ...more,
});
const consumer = (name: string, filter: string): WantedConsumer => ({
  target: { stream: name, consumer: `hukz_${filter}` },
  created: `made ${name}`,
  filter,
});

describe('subjects', () => {
  let moves: Moves;
  let logger: ReturnType<typeof makeTestLogger>;
  let isRead: boolean;

  beforeEach(() => {
    isRead = true;
    logger = makeTestLogger();
    moves = new Moves({ logger });
    moves.recall({ places: new Map(), left: [] });
  });

  const follow = (subjects: string[], streams: readonly ListedStream[]) => {
    const plan = planStreams(subjects, streams);
    const wanted = plan.foreign.map(({ stream: name, subject }) => consumer(name, subject));
    const found = moves.begin(wanted, { plan, streams, subjects });
    moves.followed({ plan, streams }, () => isRead);
    return found.map(({ target, begin }) => ({ ...target, begin }));
  };

  it('that a wider event leaves behind are read from where the stream was, and the rest by the former consumer', () => {
    const orders = [stream('ORDERS', ['orders.>'])];
    expect(follow(['orders.made', 'orders.*'], orders)).toEqual([{ stream: 'ORDERS', consumer: 'hukz_orders.*' }]);
    expect(follow(['orders.made'], orders)).toEqual([
      { stream: 'ORDERS', consumer: 'hukz_orders.made', begin: { sequence: 11 } },
      { stream: 'ORDERS', consumer: 'hukz_orders.*' },
    ]);
    expect(follow([], orders)).toEqual([]);
  });

  it('are left only once their former consumer has passed what a look after the change has seen', () => {
    const [before, after] = [[stream('ORDERS', ['orders.>'])], [stream('ORDERS', ['x'], { lastSequence: 12 })]];
    follow(['orders.made'], before);
    follow(['orders.made'], after);
    const asked: number[] = [];
    const isDrained = (_: unknown, until: number) => {
      asked.push(until);
      return asked.length > 1;
    };
    expect(moves.dropDrained(after, isDrained)).toEqual([]);
    expect(moves.dropDrained([stream('ORDERS', ['x'], { lastSequence: 99 })], isDrained)).toEqual([]);
    expect(moves.left).toHaveLength(1);
    expect(moves.dropDrained(after, isDrained)).toEqual([{ stream: 'ORDERS', consumer: 'hukz_orders.made' }]);
    expect([asked, moves.left]).toEqual([[12, 12], []]);
  });

  it('that another stream begins to copy are not moved: it is read as a new one', () => {
    const copy = stream('COPY', [], { copied: [{ origin: 'theirs', dest: 'orders.>' }] });
    follow(['orders.made'], []);
    expect(follow(['orders.made'], [copy])).toEqual([{ stream: 'COPY', consumer: 'hukz_orders.made' }]);
    expect(logger.lines).toEqual([]);
  });

  it('that were moved to a stream which could not be read are read from where they were moved, also when they leave it', () => {
    const orders = [stream('ORDERS', ['x'])];
    follow(['orders.made'], orders);
    isRead = false;
    const moved = { stream: 'ORDERS', consumer: 'hukz_orders.made', begin: { sequence: 11 } };
    for (let times = 0; times < 2; times++)
      expect(follow(['orders.made'], [stream('ORDERS', ['orders.>'])])).toEqual([moved]);
    expect(follow(['orders.made'], orders)).toEqual([moved]);
  });

  it('that are moved are reported', () => {
    follow(['orders.made'], []);
    const moved = follow(['orders.made'], [stream('ORDERS', ['orders.>'])]);
    expect(moved).toEqual([{ stream: 'ORDERS', consumer: 'hukz_orders.made', begin: 'all' }]);
    const fields = { event: 'orders.made', from: 'our own stream', to: 'ORDERS' };
    expect(logger.lines).toEqual([{ level: 'warn', name: 'event.moved', fields }]);
  });
});
