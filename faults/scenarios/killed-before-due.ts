import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';

const MESSAGES = 200;
const DELAY_MS = 2000;
const SPARE_MS = 500;

export const killedBeforeDue: Scenario = {
  name: 'killed-before-due',
  title: 'kill -9 of the only instance with 200 messages delayed by 2 s: each arrives once, and none before its time',
  async run({ hooks, cluster, publisher, tally, ...site }) {
    const first = await site.start();
    await site.webhook(first, 'late', 'a.b');
    const dueAt = new Map<number, number>();
    const early: string[] = [];
    hooks.conduct('late', ({ number }) => {
      const ms = (dueAt.get(number) ?? Number.POSITIVE_INFINITY) - Date.now();
      if (ms > 0) early.push(`message ${number} arrived ${ms} ms before its time`);
      return {};
    });
    const headersOf = (number: number) => {
      // The message is received after this.
      dueAt.set(number, Date.now() + DELAY_MS);
      return { 'Hukz-Delay': `${DELAY_MS}ms` };
    };
    await Promise.all(Array.from({ length: MESSAGES }, () => publisher.publish('a.b', { headersOf })));
    const owed = async () => (await cluster.query('select from deliveries')).length;
    await until(async () => (await owed()) + hooks.arrivals.length >= MESSAGES, 'all messages stored');
    // On a busy machine, the first messages may be due already. Otherwise the kill is no reason for a duplicate.
    const isBeforeAll = Date.now() + SPARE_MS < Math.min(...dueAt.values());
    if (isBeforeAll) tally.fault();
    else tally.interruption();
    await first.kill();
    await site.start();
    tally.healed();
    await until(async () => (await owed()) === 0, 'nothing owed');
    const [problem] = early;
    if (problem) throw new ScenarioFailure(problem);
  },
};
