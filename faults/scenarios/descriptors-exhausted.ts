import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ScenarioFailure, Skipped } from '../failure.js';
import type { Instance } from '../instance.js';
import type { Scenario } from '../scenario.js';

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
    await sleep(EXHAUSTED_MS);
    const [row] = await cluster.query<{ faults: number; failures: number }>(
      `select count(*) filter (where outcome = 'local_fault')::int as faults,
         count(*) filter (where outcome = 'failed')::int as failures from webhook_logs`,
    );
    await limitDescriptors(instance, 1000);
    tally.healed();
    await load.stop();
    if (!row?.faults) throw new ScenarioFailure('descriptors were not exhausted: no log row says local_fault');
    if (row.failures > 0) throw new ScenarioFailure(`${row.failures} attempts were held against receivers`);
  },
};

/** Soft limits only, which may be raised again. */
async function limitDescriptors({ pid }: Instance, limit: number): Promise<void> {
  await run('prlimit', ['--pid', String(pid), `--nofile=${limit}:`]).catch(() => {
    throw new Skipped('there is no prlimit here');
  });
}

async function lowestFree({ pid }: Instance): Promise<number> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => {
    throw new Skipped('there is no /proc here');
  });
  const taken = new Set(names.map(Number));
  let free = 0;
  while (taken.has(free)) free++;
  return free;
}
