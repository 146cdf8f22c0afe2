import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure, Skipped } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';

const DELAYED = 10_000;
const BATCH = 1000;
/** The time in which all of them have to be stored. */
const AHEAD_MS = 10_000;
const STEADY_PER_SECOND = 100;
/** The other deliveries before and after the due time, in which they must neither stop nor become fewer. */
const BEFORE_MS = 1000;
const AFTER_MS = 6000;
const MAX_STALL_MS = 2000;
const MIN_SHARE = 0.8;

export const delayedAtOnce: Scenario = {
  name: 'delayed-at-once',
  title: '10,000 delayed messages are due in the same second: each arrives once, and the others keep their rate',
  modes: ['core'],
  weight: 2,
  async run({ hooks, cluster, publisher, tally, ...site }) {
    const [first] = [await site.start(), await site.start()];
    await site.webhook(first, 'late', 'late.one');
    await site.webhook(first, 'steady', 'a.b');
    const dueAt = Math.ceil((Date.now() + AHEAD_MS) / 1000) * 1000;
    let early = 0;
    hooks.conduct('late', () => {
      if (Date.now() < dueAt) early++;
      return {};
    });
    const publishBatch = async () => {
      const numbers = Array.from({ length: BATCH }, () => publisher.number('late.one'));
      const messages = numbers.map((n) => ({ event: 'late.one', payload: { n }, deliver_at: new Date(dueAt) }));
      const { status, body } = await first.api.post('/messages/batch', messages);
      if (status !== 202 && status !== 207) throw new ScenarioFailure(`a batch was answered with ${status}`);
      for (const [nth, line] of body.entries()) if (line.status === 202) publisher.acknowledge(numbers[nth] ?? 0);
    };
    const steady: number[] = [];
    hooks.conduct('steady', () => {
      steady.push(Date.now());
      return {};
    });
    for (let sent = 0; sent < DELAYED; sent += BATCH) await publishBatch();
    const owed = async () => (await cluster.query('select from deliveries')).length;
    await until(async () => (await owed()) >= DELAYED, 'all of them stored');
    if (Date.now() > dueAt - 2 * BEFORE_MS) throw new Skipped('it took too long to store the delayed messages');
    tally.fault();
    const load = publisher.load(['a.b'], STEADY_PER_SECOND);
    await sleep(dueAt - Date.now());
    await until(async () => (await owed()) < STEADY_PER_SECOND, 'the delayed messages delivered');
    tally.healed();
    await sleep(Math.max(0, dueAt + AFTER_MS - Date.now()));
    await load.stop();
    const problem = early > 0 ? `${early} of them arrived before their time` : stallIn(steady, dueAt);
    if (problem) throw new ScenarioFailure(problem);
  },
};

/** Checks the longest time without another delivery, and their number. */
function stallIn(times: readonly number[], dueAt: number): string | undefined {
  const [from, to] = [dueAt - BEFORE_MS, dueAt + AFTER_MS];
  const within = times.filter((at) => at >= from && at <= to);
  const stall = Math.max(...[...within, to].map((at, nth) => at - (within[nth - 1] ?? from)));
  if (stall > MAX_STALL_MS) return `for ${stall} ms no other delivery arrived`;
  const expected = (STEADY_PER_SECOND * (to - from)) / 1000;
  if (within.length >= MIN_SHARE * expected) return undefined;
  return `${within.length} other deliveries arrived in ${to - from} ms, and not ${expected}`;
}
