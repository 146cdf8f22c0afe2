import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { copyAsStandby } from '../../internal/local/standby.js';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import type { Site } from '../site.js';
import { until } from '../until.js';
import { type Cluster, startCluster } from '../world/cluster.js';

const MAX_MS = 10_000;

export const failover: Scenario = {
  name: 'failover',
  title:
    'PostgreSQL fails over behind its name: old sessions are read-only; API and journal continue on the new server',
  weight: 2,
  async run(site) {
    const { publisher, tally } = site;
    const standby = await startStandby(site);
    const first = site.cluster;
    const instance = await site.start();
    await site.webhook(instance, 'fine', 'a.b');
    const load = publisher.load(['a.b'], 100);
    await sleep(500);
    tally.fault();
    await first.query('alter system set default_transaction_read_only = on');
    await first.query('select pg_reload_conf()');
    await sleep(1000);
    await standby.query('select pg_promote()');
    site.moveTo(standby);
    const movedAt = performance.now();
    await until(() => instance.api.event('a.c').catch(() => undefined), 'a write of the API at the new server');
    const seconds = (performance.now() - movedAt) / 1000;
    if (seconds * 1000 > MAX_MS) throw new ScenarioFailure(`the API wrote again only after ${seconds.toFixed(1)} s`);
    tally.healed();
    await sleep(1000);
    await load.stop();
  },
};

/** A commit is confirmed only when the standby has it too: an acknowledged message cannot be lost by the failover. */
async function startStandby({ cluster, directory, endings }: Site): Promise<Cluster> {
  const dataDir = join(directory, 'standby');
  await cluster.halt();
  await copyAsStandby({ from: cluster.dataDir, to: dataDir, primaryPort: cluster.port });
  await cluster.start();
  const standby = await startCluster(dataDir);
  endings.add(() => standby.kill());
  await cluster.query("alter system set synchronous_standby_names = '*'");
  await cluster.query('select pg_reload_conf()');
  await until(async () => {
    const rows = await cluster.query("select from pg_stat_replication where sync_state = 'sync'");
    return rows.length === 1;
  }, 'the standby in step with its primary');
  return standby;
}
