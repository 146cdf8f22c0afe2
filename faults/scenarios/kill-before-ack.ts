import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { untilNothingIsUnacknowledged } from '../world/stream.js';

const MESSAGES = 50;

export const killBeforeAck: Scenario = {
  name: 'kill-before-ack',
  title: 'kill -9 between commit and ack: redelivered, inserts nothing, nothing is sent twice',
  async run({ cluster, hooks, publisher, tally, toNats, ...site }) {
    const first = await site.start();
    await site.webhook(first, 'fine', 'a.b');
    // A pull request must have reached the server, so that messages arrive while nothing is sent to it.
    await publisher.burst('a.b', 1);
    toNats.park();
    tally.fault();
    const published = publisher.burst('a.b', MESSAGES);
    await until(() => hooks.arrivals.length === MESSAGES + 1, 'all delivered');
    const owed = async () => (await cluster.query('select from deliveries')).length;
    await until(async () => (await owed()) === 0, 'all settled');
    await first.kill();
    toNats.pass();
    await site.start();
    tally.healed();
    await published;
  },
  async afterwards({ broker, mode }) {
    if (mode === 'jetstream') await untilNothingIsUnacknowledged(broker);
  },
};
