import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';

const SUBJECT = 'a.b';
const MESSAGES = 10_000;
const CLIENTS = 32;
const KILLS = 4;
const RETRY_AFTER_MS = 25;
const PATIENCE_MS = 120_000;
/** The statuses after which a client sends its message again, under the same key. */
const RETRIED = new Set([429, 503]);

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

    const isAccepted = async (number: number): Promise<boolean> => {
      try {
        const answer = await fetch(`http://127.0.0.1:${instance.port}/messages`, {
          method: 'POST',
          headers: { 'x-user': '1', 'content-type': 'application/json', 'idempotency-key': `n${number}` },
          body: JSON.stringify({ event: SUBJECT, payload: { n: number } }),
        });
        const text = await answer.text();
        if (answer.status !== 202 && !RETRIED.has(answer.status))
          throw new ScenarioFailure(`message ${number} was answered with ${answer.status}: ${text}`);
        if (text.includes('"duplicate":true')) repeated++;
        return answer.status === 202;
      } catch (error) {
        if (error instanceof ScenarioFailure) throw error;
        return false;
      }
    };
    const client = async () => {
      while (begun < MESSAGES) {
        begun++;
        const number = publisher.number(SUBJECT);
        while (!(await isAccepted(number))) await sleep(RETRY_AFTER_MS);
        publisher.acknowledge(number);
        accepted++;
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
