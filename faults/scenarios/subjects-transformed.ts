import { newerNatsServer } from '../../internal/testkit/servers/newer-nats.js';
import { ScenarioFailure, Skipped } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { asOperator } from '../world/stream.js';

export const subjectsTransformed: Scenario = {
  name: 'subjects-transformed',
  title: 'a stream of others stores messages under another subject (nats-server 2.10 or newer)',
  modes: ['jetstream'],
  async run({ broker, publisher, hooks, tally, ...site }) {
    const binary = newerNatsServer();
    if (binary === undefined) throw new Skipped('this machine has no nats-server 2.10 or newer');
    await broker.halt();
    await broker.start({ binary });
    await asOperator(broker, ({ streams }) =>
      streams.add({
        name: 'SHOP',
        subjects: ['shop.>'],
        subject_transform: { src: 'shop.>', dest: 'stored.shop.>' },
      }),
    );
    const instance = await site.start();
    tally.fault();
    const { status, body } = await instance.api.post('/events', { name: 'x', event: 'shop.order' });
    if (status !== 422 || !JSON.stringify(body).includes('stored.shop.order'))
      throw new ScenarioFailure(`"shop.order" was answered with ${status} ${JSON.stringify(body)}`);
    const event = await instance.api.event('stored.shop.order');
    await instance.api.webhook(hooks.urlOf('stored'), [event]);
    // The account contains the subject under which the message was published.
    site.expect('stored', 'shop.order');
    tally.healed();
    await publisher.burst('shop.order', 100);
  },
};
