import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ScenarioFailure, Skipped } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import type { Instance } from '../world/instance.js';

const run = promisify(execFile);
const WEBHOOKS = 8;
const EXHAUSTED_MS = 2000;

export const descriptorsExhausted: Scenario = {
  name: 'descriptors-exhausted',
  title: 'no file descriptor is free: no receiver loses an attempt',
  async run({ cluster, publisher, tally, ...site }) {
    const instance = await site.start();
    for (let n = 0; n < WEBHOOKS; n++) await site.webhook(instance, `w${n}`, 'a.b');
    tally.fault();
    await limitDescriptors(instance, await lowestFree(instance));
    const load = publisher.load(['a.b'], 30);
    const attempts = (outcome: string) => cluster.query('select from webhook_logs where outcome = $1', [outcome]);
    await until(async () => (await attempts('local_fault')).length > 0, 'a log row that says local_fault');
    await sleep(EXHAUSTED_MS);
    const failures = (await attempts('failed')).length;
    await limitDescriptors(instance, 1000);
    tally.healed();
    await load.stop();
    if (failures > 0) throw new ScenarioFailure(`${failures} attempts were counted as failures of receivers`);
  },
};

/** Sets only soft limits, which may be raised again. */
async function limitDescriptors({ pid }: Instance, limit: number): Promise<void> {
  await run('prlimit', ['--pid', String(pid), `--nofile=${limit}:`]).catch(() => {
    throw new Skipped('this machine has no prlimit');
  });
}

async function lowestFree({ pid }: Instance): Promise<number> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => {
    throw new Skipped('this machine has no /proc');
  });
  const taken = new Set(names.map(Number));
  let free = 0;
  while (taken.has(free)) free++;
  return free;
}
