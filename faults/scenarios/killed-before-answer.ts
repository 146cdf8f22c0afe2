import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { publishUntilAccepted } from '../world/http-client.js';

const SUBJECT = 'a.b';
const ROUNDS = 4;
const CLIENTS = 16;

export const killedBeforeAnswer: Scenario = {
  name: 'killed-before-answer',
  title:
    'kill -9 after the commit of POST /messages and before its answer: the client repeats it, and each arrives once',
  modes: ['core'],
  isDeadly: true,
  async run({ cluster, publisher, tally, toDatabase, ...site }) {
    let instance = await site.start();
    await site.webhook(instance, 'one', SUBJECT);
    const stored = async () => {
      const rows = await cluster.query<{ key: string }>('select key from message_ids');
      return new Set(rows.map(({ key }) => key));
    };
    const nothingOwed = async () => (await cluster.query('select from deliveries limit 1')).length === 0;

    const publish = async () => {
      const number = publisher.number(SUBJECT);
      const { isDuplicate } = await publishUntilAccepted({ subject: SUBJECT, number }, () => instance);
      publisher.acknowledge(number);
      return isDuplicate;
    };

    for (let round = 0; round < ROUNDS; round++) {
      // Soon after a commit, a message is stored without asking PostgreSQL whether it is there.
      await publish();
      // Nothing that was sent may be unsettled, so that the kill is no reason for a duplicate.
      await until(nothingOwed, 'everything delivered');
      const before = (await stored()).size;
      toDatabase.holdReplies();
      const clients = Array.from({ length: CLIENTS }, publish);
      await until(async () => (await stored()).size > before, 'a commit without an answer');
      const unanswered = (await stored()).size - before;
      tally.fault();
      await instance.kill();
      toDatabase.pass();
      instance = await site.start();
      const repeated = (await Promise.all(clients)).filter(Boolean).length;
      if (repeated < unanswered)
        throw new ScenarioFailure(`${unanswered} messages had been accepted, and only ${repeated} were duplicates`);
      const now = (await stored()).size;
      if (now !== before + CLIENTS) throw new ScenarioFailure(`${now - before} of ${CLIENTS} messages are stored`);
    }
    tally.healed();
  },
};
