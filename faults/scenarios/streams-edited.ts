import type { JetStreamManager } from 'nats';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { asOperator, STREAM } from '../world/stream.js';

const SUBJECTS = ['a.b', 'c.d', 'orders.made', 'orders.paid'];

export const streamsEdited: Scenario = {
  name: 'streams-edited',
  title: 'an operator edits the subjects of all streams, and recreates those that hukz did not create',
  modes: ['jetstream'],
  // No stream accepts messages between an edit and its correction.
  mayLose: ['jetstream'],
  async run({ broker, publisher, tally, ...site }) {
    await asOperator(broker, ({ streams }) => streams.add({ name: 'ORDERS', subjects: ['orders.>'] }));
    const instances = [await site.start(), await site.start()];
    const [first] = instances;
    if (!first) return;
    for (const subject of SUBJECTS) await site.webhook(first, `on-${subject}`, subject);
    const load = publisher.load(SUBJECTS, 100);
    await asOperator(broker, async (manager) => {
      tally.fault();
      await edit(manager, STREAM, ['a.b']);
      await until(async () => (await subjectsOf(manager, STREAM)).includes('c.d'), 'c.d put back into our stream');
      tally.fault();
      await edit(manager, STREAM, ['c.d']);
      await edit(manager, 'ORDERS', ['orders.made', 'a.b']);
      const isOurs = async () => (await subjectsOf(manager, STREAM)).includes('orders.paid');
      await until(isOurs, 'orders.paid, which was taken out of their stream, in ours');
    });
    await load.stop();
    tally.healed();
    for (const subject of SUBJECTS) await publisher.burst(subject, 20);
  },
};

async function edit({ streams }: JetStreamManager, name: string, subjects: string[]): Promise<void> {
  const { config } = await streams.info(name);
  await streams.update(name, { ...config, subjects });
}

const subjectsOf = async ({ streams }: JetStreamManager, name: string) => (await streams.info(name)).config.subjects;
