import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Scenario } from '../scenario.js';

/** Changes Date in the instance: by two hours forwards at SIGUSR2, and backwards at the next one. */
const PRELOAD = new URL('../preload/jumping-clock.js', import.meta.url);
const JUMPS = 4;
const EVERY_MS = 700;

export const clockJumps: Scenario = {
  name: 'clock-jumps',
  title: "an instance's clock jumps by two hours, forwards and back",
  async run({ publisher, tally, ...site }) {
    const other = await site.start();
    const jumping = await site.start({ nodeArgs: ['--import', fileURLToPath(PRELOAD)] });
    await site.webhook(other, 'fine', 'a.b');
    const load = publisher.load(['a.b'], 100);
    for (let jump = 0; jump < JUMPS; jump++) {
      await sleep(EVERY_MS);
      tally.fault();
      jumping.signal('SIGUSR2');
    }
    await sleep(EVERY_MS);
    tally.healed();
    await load.stop();
  },
};
