import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { makeGate } from '../world/conducts.js';

const WEBHOOKS = 20;
const MESSAGES = 200;
const QUIET_MS = 500;

export const killUnsettled: Scenario = {
  name: 'kill-unsettled',
  title: 'receivers answer, PostgreSQL does not: sending stops before much is unsettled; then kill -9',
  isDeadly: true,
  async run({ hooks, publisher, tally, toDatabase, ...site }) {
    const gate = makeGate();
    // The time limits are so long that the instance does not stop because it distrusts its own heartbeat.
    const first = await site.start({ env: { HUKZ_INSTANCE_TIMEOUT: '60s', HUKZ_REQUEST_TIMEOUT: '240s' } });
    for (let n = 0; n < WEBHOOKS; n++) {
      await site.webhook(first, `w${n}`, 'a.b');
      hooks.conduct(`w${n}`, gate.conduct);
    }
    await publisher.burst('a.b', MESSAGES);
    await until(async () => (await first.metric('hukz_messages_accepted_total')) >= MESSAGES, 'all committed');
    toDatabase.park();
    gate.open();
    for (let before = -1; before < hooks.arrivals.length; await sleep(QUIET_MS)) before = hooks.arrivals.length;
    tally.interruption();
    await first.kill();
    toDatabase.pass();
    await site.start();
    tally.healed();
  },
};
