import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { slow } from '../world/conducts.js';
import { installClock } from '../world/database-clock.js';

const HOUR_MS = 3_600_000;
const DELAYED = 100;
const DELAY_MS = 2000;
/** At all times there are requests under way, which another instance could send again. */
const REQUEST_MS = 300;
const PER_SECOND = 100;
const ENV = { HUKZ_INSTANCE_TIMEOUT: '12s' };
/** Each instance sends a heartbeat and looks for silent ones in this time. */
const HEARTBEAT_MS = 2500;

export const databaseClockJumps: Scenario = {
  name: 'database-clock-jumps',
  title:
    "PostgreSQL's clock jumps by an hour, forwards and back: no instance is taken for dead, each message arrives once",
  async run({ hooks, cluster, publisher, tally, ...site }) {
    const clock = await installClock(cluster);
    const [first] = [await site.start({ env: ENV }), await site.start({ env: ENV })];
    await site.webhook(first, 'busy', 'a.b');
    await site.webhook(first, 'late', 'late.one');
    hooks.conduct('busy', slow(REQUEST_MS));
    const arrived = () => hooks.arrivals.filter(({ webhook }) => webhook === 'late').length;
    const delay = () => {
      const headersOf = () => ({ 'Hukz-Delay': `${DELAY_MS}ms` });
      return Promise.all(Array.from({ length: DELAYED }, () => publisher.publish('late.one', { headersOf })));
    };
    const jump = async (ms: number) => {
      tally.fault();
      await clock.setAhead(ms);
    };

    const load = publisher.load(['a.b'], PER_SECOND);
    await delay();
    // By a clock that is an hour behind, none of them is due.
    await jump(-HOUR_MS);
    const before = arrived();
    await sleep(HEARTBEAT_MS);
    if (arrived() > before)
      throw new ScenarioFailure(`${arrived() - before} messages arrived an hour before their time`);
    await jump(0);
    await until(() => arrived() >= DELAYED, 'the delayed messages delivered');
    await delay();
    await jump(HOUR_MS);
    await until(() => arrived() >= 2 * DELAYED, 'the messages that are due an hour later delivered');
    await sleep(HEARTBEAT_MS);
    await jump(0);
    await sleep(HEARTBEAT_MS);
    tally.healed();
    await load.stop();
    const [{ instances } = { instances: 0 }] = await cluster.query<{ instances: number }>(
      `select count(*)::int as instances from instances where seen_at > now() - interval '1 minute'`,
    );
    if (instances !== 2) throw new ScenarioFailure(`${instances} instances are registered, and not 2`);
  },
};
