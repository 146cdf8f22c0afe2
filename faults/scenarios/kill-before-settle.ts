import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { makeGate } from '../world/conducts.js';

const MESSAGES = 20;

export const killBeforeSettle: Scenario = {
  name: 'kill-before-settle',
  title: 'kill -9 between response and settle: sent again, under the same id',
  isDeadly: true,
  async run({ hooks, publisher, tally, toDatabase, ...site }) {
    const gate = makeGate();
    const first = await site.start({ env: { HUKZ_REQUEST_TIMEOUT: '240s' } });
    await site.webhook(first, 'fine', 'a.b');
    hooks.conduct('fine', gate.conduct);
    await publisher.burst('a.b', MESSAGES);
    await until(() => hooks.unanswered === MESSAGES, 'all requests under way');
    toDatabase.park();
    gate.open();
    await until(() => hooks.arrivals.length === MESSAGES, 'all answered');
    tally.interruption();
    await first.kill();
    toDatabase.pass();
    await site.start();
    tally.healed();
  },
};
