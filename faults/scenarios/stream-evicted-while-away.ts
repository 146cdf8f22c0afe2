import { connect } from 'nats';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import type { Site } from '../site.js';
import { until } from '../until.js';
import { STREAM, untilNothingIsUnacknowledged } from '../world/stream.js';

const KEPT = 50;
const EVICTED = 500;

export const streamEvictedWhileAway: Scenario = {
  name: 'stream-evicted-while-away',
  title:
    'the stream is full while no instance runs: evicted messages are counted once, by the first instance that looks',
  modes: ['jetstream'],
  async run(site) {
    const { publisher, tally } = site;
    const first = await site.start();
    await site.webhook(first, 'fine', 'a.b');
    await publisher.burst('a.b', 20);
    await untilNothingIsUnacknowledged(site.broker);
    first.signal('SIGTERM');
    await first.ended;
    tally.fault();
    await publishWhatWillBeEvicted(site);
    await publisher.burst('a.b', KEPT);
    const instances = await Promise.all([site.start(), site.start(), site.start()]);
    tally.healed();
    const counted = async () => {
      const counts = await Promise.all(instances.map((each) => each.metric('hukz_stream_gap_messages_total')));
      return counts.reduce((sum, count) => sum + count, 0);
    };
    await until(async () => (await counted()) > 0, 'the evicted messages counted');
    await publisher.burst('a.b', 20);
    await untilNothingIsUnacknowledged(site.broker);
    const messages = await counted();
    const lines = instances.flatMap((each) => each.lines).filter((line) => line.includes('"stream.gap"'));
    if (messages !== EVICTED || lines.length !== 1)
      throw new ScenarioFailure(`${EVICTED} messages were evicted; ${messages} are counted, in ${lines.length} lines`);
  },
};

/** Publishes messages that are only in the stream, and in no record of the suite. */
async function publishWhatWillBeEvicted({ broker }: Site): Promise<void> {
  const connection = await connect({ servers: broker.url });
  try {
    const { streams } = await connection.jetstreamManager();
    const { config } = await streams.info(STREAM);
    await streams.update(STREAM, { ...config, max_msgs: KEPT });
    for (let n = 0; n < EVICTED; n++) connection.publish('a.b', '{}');
    await connection.flush();
  } finally {
    await connection.close();
  }
}
