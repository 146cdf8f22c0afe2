import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../internal/testkit/eventually.js';
import { slow } from '../conducts.js';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import type { Site } from '../site.js';

const MESSAGES = 10;
/** Beyond the grace period, for closing what is open. */
const CLOSING_MS = 3000;
/** Until then two signals are one wish, of npm and of the terminal. */
const SECOND_AFTER_MS = 1200;

export const sigtermSlowRequest: Scenario = {
  name: 'sigterm-slow-request',
  title: 'SIGTERM during a request that outlasts the grace period: ends in time with 0, the request is sent again',
  async run(site) {
    const instance = await startSlow(site, `${site.plan.graceMs}ms`);
    const from = performance.now();
    instance.signal('SIGTERM');
    const code = await instance.ended;
    const tookMs = performance.now() - from;
    if (code !== 0) throw new ScenarioFailure(`it ended with ${code}, not 0`);
    if (tookMs > site.plan.graceMs + CLOSING_MS)
      throw new ScenarioFailure(`it took ${tookMs.toFixed(0)} ms to end; its grace period was ${site.plan.graceMs} ms`);
    site.hooks.conduct('slow', slow(0));
    await site.start();
    site.tally.healed();
  },
};

export const sigtermTwice: Scenario = {
  name: 'sigterm-twice',
  title: 'SIGTERM during a long request, twice: ends at once with 1',
  async run(site) {
    const instance = await startSlow(site, '60s');
    instance.signal('SIGTERM');
    await sleep(SECOND_AFTER_MS);
    const from = performance.now();
    instance.signal('SIGTERM');
    const code = await instance.ended;
    const tookMs = performance.now() - from;
    if (code !== 1) throw new ScenarioFailure(`the second signal ended it with ${code}, not 1`);
    if (tookMs > 1000) throw new ScenarioFailure(`the second signal took ${tookMs.toFixed(0)} ms to end it`);
    site.hooks.conduct('slow', slow(0));
    await site.start();
    site.tally.healed();
  },
};

/** An instance with requests under way that take long. */
async function startSlow(site: Site, grace: string) {
  const { hooks, plan, publisher, tally } = site;
  const instance = await site.start({ env: { HUKZ_SHUTDOWN_GRACE: grace, HUKZ_REQUEST_TIMEOUT: '60s' } });
  await site.webhook(instance, 'slow', 'a.b');
  hooks.conduct('slow', slow(plan.slowAnswerMs));
  await publisher.burst('a.b', MESSAGES);
  await eventually(() => hooks.unanswered === MESSAGES, { what: 'requests under way' });
  tally.interruption();
  return instance;
}
