import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';

/** Changes Date in the instance: by two hours forwards at SIGUSR2, and backwards at the next one. */
const PRELOAD = new URL('../preload/jumping-clock.js', import.meta.url);
const JUMPS = 4;
const EVERY_MS = 700;
const DELAY_MS = 1000;
/** The clocks of the machine and of its database are the same one here; the publisher reads it a moment before. */
const TOLERANCE_MS = 500;

export const clockJumps: Scenario = {
  name: 'clock-jumps',
  title: "an instance's clock jumps by two hours, forwards and back, while messages and delayed messages arrive",
  async run({ hooks, publisher, tally, ...site }) {
    const other = await site.start();
    const jumping = await site.start({ nodeArgs: ['--import', fileURLToPath(PRELOAD)] });
    await site.webhook(other, 'fine', 'a.b');
    await site.webhook(other, 'late', 'late.one');
    const sentAt = new Map<number, number>();
    const early: string[] = [];
    hooks.conduct('late', ({ number }) => {
      const ms = Date.now() - (sentAt.get(number) ?? Number.POSITIVE_INFINITY);
      if (ms < DELAY_MS - TOLERANCE_MS) early.push(`message ${number} arrived after ${ms} ms, and not ${DELAY_MS}`);
      return {};
    });
    const headersOf = (number: number) => {
      sentAt.set(number, Date.now());
      return { 'Hukz-Delay': `${DELAY_MS}ms` };
    };
    const load = publisher.load(['a.b'], 100);
    const delayed = publisher.load(['late.one'], 100, { headersOf });
    for (let jump = 0; jump < JUMPS; jump++) {
      await sleep(EVERY_MS);
      tally.fault();
      jumping.signal('SIGUSR2');
    }
    await sleep(EVERY_MS);
    tally.healed();
    await Promise.all([load.stop(), delayed.stop()]);
    await sleep(DELAY_MS);
    const [problem] = early;
    if (problem) throw new ScenarioFailure(problem);
  },
};
