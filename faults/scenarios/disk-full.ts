import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { mountSmallDisk } from '../world/small-disk.js';

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
    const isRefused = () => instance.lines.some((line) => /could not extend|No space left/.test(line));
    await until(isRefused, 'a statement that is refused because the disk is full');
    await until(() => instance.problems(), 'a complaint of /health/ready');
    await sleep(FULL_MS);
    await disk.free();
    tally.healed();
    await load.stop();
  },
};
