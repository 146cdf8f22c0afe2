import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { mountSmallDisk } from '../small-disk.js';

const FULL_MS = 2500;

export const diskFull: Scenario = {
  name: 'disk-full',
  title: "PostgreSQL's disk is full, then has room again",
  async run({ cluster, directory, endings, publisher, tally, ...site }) {
    const disk = await mountSmallDisk(cluster, directory, endings);
    const instance = await site.start();
    await site.webhook(instance, 'fine', 'a.b');
    await publisher.burst('a.b', 20);
    const load = publisher.load(['a.b'], 100);
    tally.fault();
    await disk.fill();
    await sleep(FULL_MS);
    const refused = instance.lines.some((line) => /could not extend|No space left/.test(line));
    const problems = await instance.problems();
    await disk.free();
    tally.healed();
    await load.stop();
    if (!refused) throw new ScenarioFailure('the disk was not full: no statement was refused');
    if (!problems) throw new ScenarioFailure('/health/ready said nothing while the disk was full');
  },
};
