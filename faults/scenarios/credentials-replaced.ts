import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nkeys } from 'nats';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';

const ROUNDS = 2;

export const credentialsReplaced: Scenario = {
  name: 'credentials-replaced',
  title: 'the nkey seed is replaced on disk, and nats-server reloaded, under load',
  // A message is not acknowledged while the server refuses all connections.
  mayLose: ['core'],
  async run({ mode, broker, publisher, tally, directory, ...site }) {
    const config = join(directory, 'nats.conf');
    const seedFile = join(directory, 'seed');
    // A reload removes settings that only the command line had set.
    const jetstream = mode === 'jetstream' ? `jetstream { store_dir: "${join(directory, 'streams')}" }` : '';
    const allow = (user: string) =>
      writeFile(
        config,
        `${jetstream}
         no_auth_user: publisher
         authorization { users: [{ nkey: ${user} }, { user: publisher, password: publisher }] }`,
      );
    const make = async () => {
      const pair = nkeys.createUser();
      await writeFile(seedFile, new TextDecoder().decode(pair.getSeed()));
      await allow(pair.getPublicKey());
    };
    await make();
    await broker.halt();
    await broker.start({ jetstream: false, args: ['-c', config] });
    const instance = await site.start({ env: { HUKZ_NATS_NKEY_SEED_FILE: seedFile } });
    await site.webhook(instance, 'fine', 'a.b');
    const load = publisher.load(['a.b'], 50);
    for (let round = 0; round < ROUNDS; round++) {
      tally.fault();
      await make();
      broker.signal('SIGHUP');
      const seen = () => instance.lines.filter((line) => line.includes('"nats.reconnected"')).length;
      await until(() => seen() > round, 'connected with the new seed');
      await until(async () => (await instance.problems()) === undefined, 'ready with the new seed');
      tally.healed();
      await publisher.burst('a.b', 20);
    }
    await load.stop();
  },
};
