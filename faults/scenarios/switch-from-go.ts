import { setTimeout as sleep } from 'node:timers/promises';
import { ScenarioFailure } from '../failure.js';
import type { Scenario } from '../scenario.js';
import { until } from '../until.js';
import { GO_TABLES, startGoStandIn } from '../world/go-stand-in.js';
import { runCommand } from '../world/run-command.js';

const ALONE_MS = 1000;
const BESIDE_MS = 1500;
const PER_SECOND = 60;

export const switchFromGo: Scenario = {
  name: 'switch-from-go',
  title: 'the Go service is replaced under load: no message is lost or sent twice, and its logs are in ours',
  modes: ['core'],
  async run(site) {
    const { publisher, tally } = site;
    const from = ['--schema', GO_TABLES];
    const go = await startGoStandIn(site, 'moved', 'a.b');
    site.expect('moved', 'a.b');
    const load = publisher.load(['a.b'], PER_SECOND);
    await sleep(ALONE_MS);
    await runCommand(site, 'import', ...from);
    const hukz = await site.start();
    await until(async () => (await hukz.problems()) === undefined, 'hukz to be ready');
    await sleep(BESIDE_MS);
    tally.fault();
    await go.stop();
    await site.cluster.query(`update ${GO_TABLES}.webhooks set name = 'Changed meanwhile'`);
    await runCommand(site, 'import', '--delta', '--logs', '1d', ...from);
    tally.healed();
    await sleep(ALONE_MS);
    await load.stop();
    await requireBothSent(site);
    const [webhook] = await site.cluster.query<{ name: string }>('select name from webhooks where id = 1');
    if (webhook?.name !== 'Changed meanwhile') throw new ScenarioFailure('the change was not brought');
  },
};

/** Without messages on both sides, nothing was shown. */
async function requireBothSent({ cluster, publisher }: Parameters<Scenario['run']>[0]): Promise<void> {
  const [row] = await cluster.query<{ by_go: number }>(`select count(*)::int as by_go from ${GO_TABLES}.webhook_logs`);
  const byGo = row?.by_go ?? 0;
  if (byGo === 0 || byGo === publisher.published.length)
    throw new ScenarioFailure(`${byGo} of ${publisher.published.length} messages were sent by the Go service`);
}
