import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';

const MAX_GROWTH_MB = 80;

export const postgresDown: Scenario = {
  name: 'postgres-down',
  title: 'PostgreSQL down: nothing is lost, memory stays flat, /health/ready gives the reason',
  async run({ cluster, plan, publisher, tally, ...site }) {
    const instance = await site.start();
    await site.webhook(instance, 'fine', 'a.b');
    await publisher.burst('a.b', 500);
    const load = publisher.load(['a.b'], 200);
    const before = await instance.megabytes();
    tally.fault();
    await cluster.halt();
    await sleep(plan.outageMs);
    const problems = await instance.problems();
    const growth = (await instance.megabytes()) - before;
    await cluster.start();
    tally.healed();
    await load.stop();
    if (!problems?.database)
      throw new ScenarioFailure('/health/ready did not report that the database was unavailable');
    if (growth > MAX_GROWTH_MB)
      throw new ScenarioFailure(`its memory grew by ${growth.toFixed(0)} MB while PostgreSQL was unavailable`);
  },
};
