import { AckPolicy, RetentionPolicy } from 'nats';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import type { Instance } from '../world/instance.js';
import { asOperator } from '../world/stream.js';

const HEALTHY = ['orders.made', 'a.b', 'c.d'];

export const streamsOfOthers: Scenario = {
  name: 'streams-of-others',
  title: 'streams of others that may not or cannot be read: refused or degraded by name; no other event is affected',
  modes: ['jetstream'],
  async run({ broker, publisher, tally, ...site }) {
    await asOperator(broker, async ({ streams, consumers }) => {
      await streams.add({ name: 'JOBS', subjects: ['jobs.>'], retention: RetentionPolicy.Workqueue });
      await streams.add({ name: 'FULL', subjects: ['full.>'], max_consumers: 1 });
      await streams.add({ name: 'ORDERS', subjects: ['orders.>'] });
      await streams.add({ name: 'LATER', subjects: ['later.>'] });
      await consumers.add('FULL', { durable_name: 'theirs', ack_policy: AckPolicy.Explicit });
    });
    const first = await site.start({ env: { HUKZ_DELIVER_POLICY: 'all' } });
    await publisher.burst('jobs.done', 10);
    tally.fault();
    await requireRefusal(first, 'jobs.done', /workqueue.*republish/);
    await requireRefusal(first, 'full.made', /maximum consumers limit reached/);
    for (const subject of HEALTHY.slice(0, 2)) await site.webhook(first, `on-${subject}`, subject);
    await first.api.event('later.made');
    const load = publisher.load(HEALTHY.slice(0, 2), 50);
    tally.fault();
    await asOperator(broker, async ({ streams }) => {
      await streams.delete('LATER');
      await streams.add({ name: 'LATER', subjects: ['later.>'], retention: RetentionPolicy.Workqueue });
    });
    await untilDegraded(first, 'later.made');
    await site.webhook(first, 'on-c.d', 'c.d');
    await load.stop();
    first.signal('SIGTERM');
    await first.ended;
    const second = await site.start();
    await untilDegraded(second, 'later.made');
    tally.healed();
    for (const subject of HEALTHY) await publisher.burst(subject, 20);
    await asOperator(broker, async ({ streams }) => {
      const { messages } = (await streams.info('JOBS')).state;
      if (messages !== 10) throw new ScenarioFailure(`of 10 messages in the work queue of others ${messages} are left`);
    });
    const connections = second.lines.filter((line) => line.includes('"nats.connected"')).length;
    if (connections !== 1) throw new ScenarioFailure(`${connections} connections to NATS were made`);
  },
};

async function requireRefusal({ api }: Instance, subject: string, words: RegExp): Promise<void> {
  const { status, body } = await api.post('/events', { name: subject, event: subject, publish_only: true });
  if (status !== 422 || !words.test(JSON.stringify(body)))
    throw new ScenarioFailure(`"${subject}" was answered with ${status} ${JSON.stringify(body)}`);
}

/** Waits until all three places report the event as degraded, while the instance is ready. */
async function untilDegraded(instance: Instance, event: string): Promise<void> {
  await until(async () => {
    const { status, body } = await instance.api.get('/health/ready');
    const isNamed = body.degraded?.some((each: { event?: string }) => each.event === event);
    const metric = await instance.metric('hukz_intake_degraded{reason="stream_unsuitable"}');
    const line = instance.lines.some((each) => each.includes('"intake.degraded"') && each.includes(`"${event}"`));
    return status === 200 && isNamed && metric === 1 && line;
  }, `"${event}" told as degraded`);
}
