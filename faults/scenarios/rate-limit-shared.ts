import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';

const A_SECOND = 100;
const MESSAGES = 800;
/** The number of concurrent requests per instance: this many may arrive late together. */
const IN_FLIGHT = 8;
const BEFORE_THE_KILL = 200;
/** In three seconds, one of two instances sends 150 requests, plus 50 that it has saved; alone it sends 300. */
const WINDOW_MS = 3000;
const TAKEN_OVER = 240;

export const rateLimitShared: Scenario = {
  name: 'rate-limit-shared',
  title: 'two instances together keep a rate, and one takes over all of it when the other is killed',
  isDeadly: true,
  async run({ hooks, publisher, tally, ...site }) {
    const [first, second] = [await site.start(), await site.start()];
    const settings = { rate: `${A_SECOND}/second`, max_in_flight: IN_FLIGHT };
    await site.webhook(first, 'limited', 'a.b', settings);
    const times: number[] = [];
    hooks.conduct('limited', () => {
      times.push(performance.now());
      return {};
    });
    await publisher.burst('a.b', MESSAGES);
    await until(() => times.length >= BEFORE_THE_KILL, 'a part of them arrived');
    tally.interruption();
    await second.kill();
    const killedAt = performance.now();
    tally.healed();
    await until(() => times.length >= MESSAGES, 'all of them arrived');
    const problem = excess(times) ?? lack(times.filter((at) => at > killedAt));
    if (problem) throw new ScenarioFailure(problem);
  },
};

/** Checks that no interval has more requests than the rate allows, plus those of one second, plus those in flight. */
function excess(times: readonly number[]): string | undefined {
  for (const [first, from] of times.entries())
    for (let last = first; last < times.length; last++) {
      const ms = (times[last] ?? from) - from;
      const most = A_SECOND * (ms / 1000 + 1) + 2 * IN_FLIGHT;
      const count = last - first + 1;
      if (count > most)
        return `${count} requests arrived in ${ms.toFixed(0)} ms, although the rate is ${A_SECOND} per second`;
    }
  return undefined;
}

function lack(times: readonly number[]): string | undefined {
  const best = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + WINDOW_MS).length));
  if (best >= TAKEN_OVER) return undefined;
  return `the remaining instance sent at most ${best} requests in ${WINDOW_MS} ms, although it may send ${A_SECOND} per second`;
}
