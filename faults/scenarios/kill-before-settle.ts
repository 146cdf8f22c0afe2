import { eventually } from '../../internal/testkit/eventually.js';
import { makeGate } from '../conducts.js';
import type { Scenario } from '../scenario.js';

const MESSAGES = 20;

export const killBeforeSettle: Scenario = {
  name: 'kill-before-settle',
  title: 'kill -9 between response and settle: sent again, under the same id',
  async run({ hooks, publisher, tally, toDatabase, ...site }) {
    const gate = makeGate();
    const first = await site.start();
    await site.webhook(first, 'fine', 'a.b');
    hooks.conduct('fine', gate.conduct);
    await publisher.burst('a.b', MESSAGES);
    await eventually(() => hooks.unanswered === MESSAGES, { what: 'all requests under way' });
    toDatabase.hold();
    gate.open();
    await eventually(() => hooks.arrivals.length === MESSAGES, { what: 'all answered' });
    tally.interruption();
    await first.kill();
    toDatabase.pass();
    await site.start();
    tally.healed();
  },
};
