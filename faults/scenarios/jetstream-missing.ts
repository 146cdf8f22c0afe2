import { messageOf } from '../../internal/errors.js';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';

export const jetstreamMissing: Scenario = {
  name: 'jetstream-missing',
  title: 'the NATS server has no JetStream: exits with a sentence',
  modes: ['jetstream'],
  async run({ broker, publisher, tally, ...site }) {
    await broker.halt();
    await broker.start({ jetstream: false });
    tally.fault();
    const said = await site.start().then(() => undefined, messageOf);
    if (said === undefined) throw new ScenarioFailure('the instance started although the server has no JetStream');
    if (!/exit code [1-9][\s\S]*jetstream/i.test(said))
      throw new ScenarioFailure(`the instance did not report that JetStream is missing: ${said}`);
    await broker.halt();
    await broker.start();
    tally.healed();
    await site.webhook(await site.start(), 'fine', 'a.b');
    await publisher.burst('a.b', 50);
  },
};
