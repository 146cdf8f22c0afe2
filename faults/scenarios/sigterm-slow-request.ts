import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import type { Site } from '../site.js';
import { until } from '../until.js';
import { makeGate } from '../world/conducts.js';

const MESSAGES = 10;
const LONG_GRACE = '120s';
/** The time beyond the grace period for closing connections, which is much less than the long grace period. */
const CLOSING_MS = 20_000;
/** Two signals within a shorter time count as one, because both npm and the terminal send one. */
const SECOND_AFTER_MS = 1200;

export const sigtermSlowRequest: Scenario = {
  name: 'sigterm-slow-request',
  title: 'SIGTERM during a request that outlasts the grace period: ends in time with 0, the request is sent again',
  async run(site) {
    const { instance, gate } = await startWaiting(site, `${site.plan.graceMs}ms`);
    const from = performance.now();
    instance.signal('SIGTERM');
    const code = await instance.ended;
    const tookMs = performance.now() - from;
    if (code !== 0) throw new ScenarioFailure(`the instance ended with ${code}, not 0`);
    if (tookMs > site.plan.graceMs + CLOSING_MS)
      throw new ScenarioFailure(
        `the instance took ${tookMs.toFixed(0)} ms to end; its grace period was ${site.plan.graceMs} ms`,
      );
    gate.open();
    await site.start();
    site.tally.healed();
  },
};

export const sigtermTwice: Scenario = {
  name: 'sigterm-twice',
  title: 'SIGTERM during a long request, twice: ends at once with 1',
  async run(site) {
    const { instance, gate } = await startWaiting(site, LONG_GRACE);
    instance.signal('SIGTERM');
    await sleep(SECOND_AFTER_MS);
    const from = performance.now();
    instance.signal('SIGTERM');
    const code = await instance.ended;
    const tookMs = performance.now() - from;
    if (code !== 1) throw new ScenarioFailure(`the second signal ended it with ${code}, not 1`);
    if (tookMs > CLOSING_MS) throw new ScenarioFailure(`the second signal took ${tookMs.toFixed(0)} ms to end it`);
    gate.open();
    await site.start();
    site.tally.healed();
  },
};

/** Starts an instance with requests under way that are not answered before the gate opens. */
async function startWaiting(site: Site, grace: string) {
  const { hooks, publisher, tally } = site;
  const gate = makeGate();
  const instance = await site.start({ env: { HUKZ_SHUTDOWN_GRACE: grace, HUKZ_REQUEST_TIMEOUT: '240s' } });
  await site.webhook(instance, 'slow', 'a.b');
  hooks.conduct('slow', gate.conduct);
  await publisher.burst('a.b', MESSAGES);
  await until(() => hooks.unanswered === MESSAGES, 'requests under way');
  tally.interruption();
  return { instance, gate };
}
