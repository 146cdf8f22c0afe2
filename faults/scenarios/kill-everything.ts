import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';
import type { Site } from '../site.js';
import { flaky, silent } from '../world/conducts.js';
import type { Instance } from '../world/instance.js';

const EVERY_MS = 700;
/** The rate is well below the capacity of a lane of 16 when one in twenty requests takes until its time limit. */
const A_SECOND = 30;
const SUBJECT = 'a.b';

/** A process that is killed and started again. */
type Victim = () => Promise<void>;

export const killEverything: Scenario = {
  name: 'kill-everything',
  title: 'kill -9 every 700 ms: an instance, PostgreSQL and nats-server in turn; one of three receivers is healthy',
  mayLose: ['core', 'jetstream'],
  weight: 3,
  isDeadly: true,
  async run(site) {
    const { hooks, plan, publisher, tally } = site;
    const instances = [await start(site), await start(site)];
    const [first] = instances;
    if (!first) return;
    for (const name of ['fine', 'flaky', 'silent']) await site.webhook(first, name, SUBJECT);
    hooks.conduct('flaky', flaky(0.3));
    hooks.conduct('silent', silent(0.1));
    const load = publisher.load([SUBJECT], A_SECOND);
    const victims = makeVictims(site, instances);
    const underWay = new Map<Victim, Promise<void>>();
    const until = performance.now() + plan.killingMs;
    for (let round = 0; performance.now() < until; round++) {
      const victim = victims[round % victims.length];
      if (!victim) break;
      await underWay.get(victim);
      tally.interruption();
      const again = victim();
      // The loop awaits the restart before it kills the same process again; an earlier failure must not count as
      // unhandled.
      again.catch(() => undefined);
      underWay.set(victim, again);
      await sleep(EVERY_MS);
    }
    await Promise.all(underWay.values());
    tally.healed();
    await load.stop();
  },
};

const start = (site: Site) => site.start({ env: { HUKZ_REQUEST_TIMEOUT: '4s' } });

function makeVictims(site: Site, instances: Instance[]): readonly Victim[] {
  let turn = 0;
  const again = (server: Site['cluster' | 'broker']): Victim => {
    return async () => {
      await server.kill();
      await server.start();
    };
  };
  return [
    async () => {
      const index = turn++ % instances.length;
      await instances[index]?.kill();
      instances[index] = await start(site);
    },
    again(site.cluster),
    again(site.broker),
  ];
}
