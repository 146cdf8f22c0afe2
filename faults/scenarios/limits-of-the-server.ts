import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AckPolicy, nanos } from 'nats';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { asOperator, CONSUMER, STREAM } from '../world/stream.js';

const LIMITS = 'jetstream { limits { max_request_batch: 500, max_ack_pending: 1000 } }';

export const limitsOfTheServer: Scenario = {
  name: 'limits-of-the-server',
  title: 'a server that allows only small requests, and a durable named as hukz names it that delivers small batches',
  modes: ['jetstream'],
  async run({ broker, publisher, tally, ...site }) {
    const config = join(site.directory, 'limits.conf');
    await writeFile(config, LIMITS);
    await broker.halt();
    await broker.start({ args: ['-c', config] });
    tally.fault();
    await asOperator(broker, async ({ streams, consumers }) => {
      await streams.add({ name: STREAM, subjects: ['a.b', 'c.d'] });
      await consumers.add(STREAM, {
        durable_name: CONSUMER,
        ack_policy: AckPolicy.Explicit,
        filter_subject: 'a.b',
        max_batch: 100,
        max_expires: nanos(5000),
        max_deliver: 1,
      });
    });
    const instance = await site.start();
    for (const subject of ['a.b', 'c.d']) await site.webhook(instance, `on-${subject}`, subject);
    tally.healed();
    for (const subject of ['a.b', 'c.d']) await publisher.burst(subject, 600);
    const { body } = await instance.api.get('/health/ready');
    if (body.degraded) throw new ScenarioFailure(`degraded: ${JSON.stringify(body.degraded)}`);
    await asOperator(broker, async ({ consumers }) => {
      const { max_ack_pending } = (await consumers.info(STREAM, CONSUMER)).config;
      if (max_ack_pending !== 1000)
        throw new ScenarioFailure(`${max_ack_pending} unacknowledged messages are requested`);
    });
  },
};
