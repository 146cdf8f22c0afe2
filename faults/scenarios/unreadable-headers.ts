import { openRawNats } from '../../internal/testkit/servers/raw-nats.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';

const ROUNDS = 20;
const BLOCKS = [
  'NATS/1.0\r\ntrace id: 1\r\n\r\n',
  'NATS/1.0\r\nx-a: one\rEvil: 1\r\n\r\n',
  'NATS/1.0\r\nGröße: 1\r\n\r\n',
  'NATS/1.0 503 No Responders\r\n\r\n',
  'NATS/1.0 409 Consumer Deleted\r\n\r\n',
  '\r\n',
];

export const unreadableHeaders: Scenario = {
  name: 'unreadable-headers',
  title: 'messages whose headers the NATS client refuses to read, among others',
  async run({ broker, publisher, tally, endings, ...site }) {
    const instance = await site.start();
    await site.webhook(instance, 'fine', 'a.b');
    const raw = await openRawNats(broker.port);
    endings.add(async () => raw.close());
    const load = publisher.load(['a.b'], 100);
    for (let round = 0; round < ROUNDS; round++) {
      for (const block of BLOCKS) {
        tally.fault();
        raw.publish('a.b', Buffer.from(block), `{"n":${publisher.number('a.b')}}`);
      }
      await publisher.publish('a.b');
    }
    await raw.flush();
    tally.healed();
    await load.stop();
    const dropped = () => instance.metric('hukz_message_headers_dropped_total');
    await until(async () => (await dropped()) >= ROUNDS, 'the header lines counted that were left out');
  },
};
