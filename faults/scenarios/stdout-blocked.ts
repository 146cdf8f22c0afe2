import type { Scenario } from '../scenario.js';

/** Each a line of about 300 bytes; what lies between the processes holds less than 400 KiB. */
const MESSAGES = 3000;

export const stdoutBlocked: Scenario = {
  name: 'stdout-blocked',
  title: 'nobody reads its standard output',
  async run({ publisher, tally, ...site }) {
    const instance = await site.start({ env: { HUKZ_LOG_LEVEL: 'debug' } });
    await site.webhook(instance, 'fine', 'a.b');
    tally.fault();
    instance.stopReading();
    await publisher.burst('a.b', MESSAGES);
    tally.healed();
  },
};
