import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { CONSUMER, STREAM } from '../world/stream.js';

export const streamDeleted: Scenario = {
  name: 'stream-deleted',
  title: 'consumer and stream deleted while hukz runs: created again',
  modes: ['jetstream'],
  // No stream accepts messages between the deletion of the stream and its creation.
  mayLose: ['jetstream'],
  async run({ broker, hooks, publisher, tally, ...site }) {
    const instance = await site.start();
    await site.webhook(instance, 'fine', 'a.b');
    const connection = await connect({ servers: broker.url });
    try {
      const { consumers, streams } = await connection.jetstreamManager();
      await publisher.burst('a.b', 50);
      tally.fault();
      await consumers.delete(STREAM, CONSUMER);
      await publisher.burst('a.b', 50);
      await until(() => hooks.arrivals.length >= 100, 'all read after the consumer');
      const load = publisher.load(['a.b'], 50);
      tally.fault();
      // Messages in the stream are deleted with it, so none may be under way.
      await load.stop();
      const arrived = () =>
        publisher.published.filter(({ acknowledged }) => acknowledged).length <= hooks.arrivals.length;
      await until(arrived, 'all read before the stream is deleted');
      await streams.delete(STREAM);
      const isBack = () => streams.info(STREAM).then(() => true);
      await until(isBack, 'the stream made again');
      tally.healed();
      await sleep(200);
      await publisher.burst('a.b', 50);
    } finally {
      await connection.close();
    }
  },
};
