import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import type { Site } from '../site.js';
import { startMigrator } from '../world/migrator.js';

const UNMIGRATE = 'drop schema hukz cascade';
/** Prolongs a migration, so that it can be killed while it runs. */
const DELAY_MS = 20;
const KILL_AFTER_MS = [300, 500, 700, 900];

export const migratorKilled: Scenario = {
  name: 'migrator-killed',
  title: 'a migrator is killed; the next one is not blocked',
  modes: ['core'],
  async run(site) {
    await site.cluster.query(UNMIGRATE);
    site.toDatabase.delay(DELAY_MS);
    for (const afterMs of KILL_AFTER_MS) {
      site.tally.fault();
      const migrator = startMigrator(site);
      await sleep(afterMs);
      await migrator.kill();
    }
    site.toDatabase.pass();
    await succeed([startMigrator(site)]);
    await tryOut(site);
  },
};

export const twoMigrators: Scenario = {
  name: 'two-migrators',
  title: 'two migrators at once: both succeed',
  modes: ['core'],
  async run(site) {
    await site.cluster.query(UNMIGRATE);
    site.tally.fault();
    await succeed([startMigrator(site), startMigrator(site)]);
    await tryOut(site);
  },
};

async function succeed(migrators: readonly ReturnType<typeof startMigrator>[]): Promise<void> {
  for (const { code, said } of await Promise.all(migrators.map(({ ended }) => ended)))
    if (code !== 0) throw new ScenarioFailure(`a migrator ended with ${code}: ${said}`);
}

async function tryOut({ publisher, tally, ...site }: Site): Promise<void> {
  tally.healed();
  await site.webhook(await site.start(), 'fine', 'a.b');
  await publisher.burst('a.b', 50);
}
