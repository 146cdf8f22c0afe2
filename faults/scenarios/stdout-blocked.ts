import type { Scenario } from '../scenario.js';

/** Each message is a line of about 300 bytes; the buffers between the processes hold less than 400 KiB. */
const MESSAGES = 3000;

export const stdoutBlocked: Scenario = {
  name: 'stdout-blocked',
  title: 'no program reads its standard output',
  async run({ publisher, tally, ...site }) {
    const instance = await site.start({ env: { HUKZ_LOG_LEVEL: 'debug' } });
    await site.webhook(instance, 'fine', 'a.b');
    tally.fault();
    instance.stopReading();
    await publisher.burst('a.b', MESSAGES);
    tally.healed();
  },
};
