import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';

export const natsWrongPassword: Scenario = {
  name: 'nats-wrong-password',
  title: 'NATS refuses the password until it is corrected at the server',
  async run({ broker, directory, publisher, tally, toNats, ...site }) {
    const settings = join(directory, 'nats.conf');
    const restart = async (password: string) => {
      await writeFile(settings, settingsWith(password));
      await broker.halt();
      await broker.start({ args: ['-c', settings] });
    };
    await restart('another');
    tally.fault();
    const starting = site.start({ env: { HUKZ_NATS_USER_NAME: 'hukz', HUKZ_NATS_USER_PASSWORD: 'ours' } });
    starting.catch(() => undefined);
    await until(() => toNats.taken > 1, 'it tried to connect');
    await restart('ours');
    tally.healed();
    const instance = await starting;
    const isReady = async () => (await instance.problems()) === undefined;
    await until(isReady, 'ready once the password is right');
    if (!instance.lines.some((line) => /authorization/i.test(line)))
      throw new ScenarioFailure('no line reported that NATS refuses the password');
    await site.webhook(instance, 'fine', 'a.b');
    await publisher.burst('a.b', 50);
  },
};

/** The publisher needs no password. */
const settingsWith = (password: string) => `
authorization { users: [ { user: guest, password: guest }, { user: hukz, password: "${password}" } ] }
no_auth_user: guest
`;
