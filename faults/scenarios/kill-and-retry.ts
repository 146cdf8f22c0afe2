import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { publishUntilAccepted } from '../world/http-client.js';

const SUBJECT = 'a.b';
const MESSAGES = 10_000;
const CLIENTS = 32;
const KILLS = 4;
const PATIENCE_MS = 120_000;

/** Each client sends a message until it is accepted, however often the service is killed meanwhile. */
export const killAndRetry: Scenario = {
  name: 'kill-and-retry',
  title: '10,000 messages over HTTP with idempotency keys and retries, kill -9 four times: each delivered, none twice',
  weight: 2,
  async run({ publisher, tally, ...site }) {
    let instance = await site.start();
    await site.webhook(instance, 'one', SUBJECT);
    let begun = 0;
    let accepted = 0;
    let repeated = 0;

    const client = async () => {
      while (begun < MESSAGES) {
        begun++;
        const number = publisher.number(SUBJECT);
        const { isDuplicate } = await publishUntilAccepted({ subject: SUBJECT, number }, () => instance);
        publisher.acknowledge(number);
        accepted++;
        if (isDuplicate) repeated++;
      }
    };

    const clients = Promise.all(Array.from({ length: CLIENTS }, client));
    for (let kill = 1; kill <= KILLS; kill++) {
      const enough = (kill * MESSAGES) / (KILLS + 1);
      await Promise.race([until(() => accepted >= enough, `${enough} messages accepted`, PATIENCE_MS), clients]);
      tally.interruption();
      await instance.kill();
      instance = await site.start();
    }
    await clients;
    const [stored] = await site.cluster.query<{ count: number }>('select count(*)::int as count from messages');
    if (stored?.count !== MESSAGES)
      throw new ScenarioFailure(
        `${stored?.count} messages are stored, and not ${MESSAGES}; ${repeated} were duplicates`,
      );
  },
};
