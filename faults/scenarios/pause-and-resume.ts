import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import type { Site } from '../site.js';
import { until } from '../until.js';
import { slow } from '../world/conducts.js';
import type { Instance } from '../world/instance.js';
import { untilNothingIsUnacknowledged } from '../world/stream.js';

const LOAD = 100;
const FLOWING = 50;
const PAUSED_MS = 1000;
const AFTER_THE_KILL = 50;
const RESUMED = 60;

export const pauseAndResume: Scenario = {
  name: 'pause-and-resume',
  title: 'paused through one instance, kill -9 of it, resumed at a rate through the other',
  // A message that is published right after the kill may go to the socket of the dead instance, which nats-server has
  // not noticed yet.
  mayLose: ['core'],
  isDeadly: true,
  async run(site) {
    const { hooks, publisher, tally } = site;
    const [first, second] = [await site.start(), await site.start()];
    const id = await site.webhook(first, 'paused', 'a.b');
    hooks.conduct('paused', slow(20));
    const load = publisher.load(['a.b'], LOAD);
    await until(() => hooks.arrivals.length >= FLOWING, 'messages flow');

    await first.api.post(`/webhooks/${id}/pause`);
    const isKnown = async () => (await second.metric('hukz_webhooks_paused')) === 1;
    await until(isKnown, 'the pause known to the other');
    await untilNoneIsUnderWay(site, [first, second]);
    const before = hooks.arrivals.length;
    await sleep(PAUSED_MS);
    await load.stop();
    if (site.mode === 'jetstream') await untilNothingIsUnacknowledged(site.broker);
    tally.interruption();
    await first.kill();
    await publisher.burst('a.b', AFTER_THE_KILL);
    await untilAllAreResident(site);
    if (hooks.arrivals.length > before)
      throw new ScenarioFailure(`${hooks.arrivals.length - before} requests arrived while the webhook was paused`);

    tally.healed();
    const resumedAt = performance.now();
    const times: number[] = [];
    hooks.conduct('paused', () => {
      times.push(performance.now());
      return {};
    });
    await second.api.post(`/webhooks/${id}/resume`, { rate: `${RESUMED}/second` });
    const isDone = async () => (await site.cluster.query('select from deliveries limit 1')).length === 0;
    await until(isDone, 'nothing owed');
    const early = times.findIndex((at, index) => index + 1 > ((at - resumedAt) / 1000) * RESUMED);
    if (early >= 0) {
      const ms = (times[early] ?? 0) - resumedAt;
      throw new ScenarioFailure(
        `${early + 1} requests arrived ${ms.toFixed(0)} ms after resuming at ${RESUMED} per second`,
      );
    }
  },
};

async function untilNoneIsUnderWay({ hooks }: Site, instances: readonly Instance[]): Promise<void> {
  const isQuiet = async (instance: Instance) => (await instance.metric('hukz_deliveries_owned')) === 0;
  for (const instance of instances) await until(() => isQuiet(instance), 'nothing to be sent any more');
  await until(() => hooks.unanswered === 0, 'no request under way');
}

/** Waits until every acknowledged message that has not arrived is parked, including those of the dead instance. */
async function untilAllAreResident({ cluster, publisher, hooks }: Site): Promise<void> {
  const isHeld = async () => {
    const [row] = await cluster.query<{ held: number; owed: number }>(
      `select count(*) filter (where owner is null and due_at = 'infinity')::int as held, count(*)::int as owed from deliveries`,
    );
    const acknowledged = publisher.published.filter((message) => message.acknowledged).length;
    return row !== undefined && row.held === row.owed && row.owed >= acknowledged - hooks.arrivals.length;
  };
  await until(isHeld, 'everything that is owed is held');
}
