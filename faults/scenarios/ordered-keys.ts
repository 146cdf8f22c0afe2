import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { type Gate, makeGate } from '../world/conducts.js';
import type { Conduct } from '../world/hooks.js';
import { redeliverAfter, untilNothingIsUnacknowledged } from '../world/stream.js';

const KEYS = 20;
const ROUNDS = 12;
const KILLED_AFTER = 6;
/**
 * The number of rounds that are published without waiting: some of their messages belong to the instance that is
 * killed.
 */
const AT_ONCE = 40;
const WITH_THE_STREAM = 100;
const REDELIVERED_AFTER_MS = 3000;
const FAILING = 0.1;
const ANSWERED_AFTER_MS = 30;

/** The messages go to one key after the other. */
const keyOf = (number: number) => number % KEYS;

export const orderedKeys: Scenario = {
  name: 'ordered-keys',
  title: 'ordered by key, receivers fail, kill -9 of one of two: each key arrives in order, one request at a time',
  mayLose: ['core'],
  isDeadly: true,
  async run(site) {
    const { broker, hooks, mode, publisher, tally } = site;
    const instances = [await site.start(), await site.start()] as const;
    await site.webhook(instances[0], 'ordered', 'a.b', { ordering: { pointer: '/key' } });
    const receiver = makeWatching();
    hooks.conduct('ordered', receiver.conduct);
    // Core NATS has the order of the commits, so each round waits for them; a stream has its own order.
    const rounds = (count: number) =>
      Promise.all(
        Array.from({ length: count * KEYS }, () => publisher.publish('a.b', { fieldsOf: (n) => ({ key: keyOf(n) }) })),
      );
    if (mode === 'jetstream') await redeliverAfter(broker, REDELIVERED_AFTER_MS);
    for (let round = 0; round < KILLED_AFTER; round++) await rounds(1);
    receiver.keepOpen();
    await rounds(1);
    await until(() => hooks.unanswered >= KEYS, 'a request of every key under way');
    const before = publisher.published.length;
    const burst = mode === 'jetstream' ? rounds(AT_ONCE) : undefined;
    const withTheStream = () => publisher.published.slice(before).filter(({ acknowledged }) => acknowledged).length;
    if (burst) await until(() => withTheStream() >= WITH_THE_STREAM, 'a part of the burst stored in the stream');
    tally.interruption();
    await instances[1].kill();
    receiver.answer();
    await burst;
    for (let round = KILLED_AFTER + 1; round < ROUNDS; round++) await rounds(1);
    tally.healed();
    if (mode === 'jetstream') await untilNothingIsUnacknowledged(broker);
    const isDone = async () => (await site.cluster.query('select from deliveries limit 1')).length === 0;
    await until(isDone, 'nothing owed');
    const [problem] = receiver.problems();
    if (problem) throw new ScenarioFailure(problem);
  },
};

/** A receiver that fails now and then and records requests that violate the order. */
function makeWatching() {
  const newest = new Map<number, number>();
  const taken = new Set<number>();
  const open = new Map<number, object>();
  const problems: string[] = [];
  let gate: Gate | undefined;

  const take = (number: number) => {
    if (taken.has(number)) return;
    taken.add(number);
    const before = newest.get(keyOf(number)) ?? -1;
    if (number < before) problems.push(`message ${number} arrived after ${before} of the same key`);
    newest.set(keyOf(number), Math.max(before, number));
  };

  const conduct: Conduct = async (arrival) => {
    const { number } = arrival;
    const key = keyOf(number);
    const request = {};
    if (open.has(key)) problems.push(`message ${number} arrived while another request of its key was open`);
    open.set(key, request);
    await sleep(ANSWERED_AFTER_MS);
    await gate?.conduct(arrival);
    if (open.get(key) === request) open.delete(key);
    if (Math.random() < FAILING) return { status: 500 };
    take(number);
    return {};
  };

  return {
    conduct,
    problems: () => problems,
    keepOpen() {
      gate = makeGate();
    },
    /** Requests that were kept open may be of the killed instance, which does not wait for their responses. */
    answer() {
      open.clear();
      gate?.open();
      gate = undefined;
    },
  };
}
