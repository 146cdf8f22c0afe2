import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import type { Config } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { loadConfig } from '../../config/load.js';
import { subjectRulesOf } from '../../internal/app/subject-rules.js';
import { makeEgressRules } from '../../internal/domain/egress/egress-rules.js';
import { checkDatabase } from '../../internal/go-service/doctor/check-database.js';
import { checkLogs } from '../../internal/go-service/doctor/check-logs.js';
import { checkPorts } from '../../internal/go-service/doctor/check-ports.js';
import { checkChats, checkReceivers } from '../../internal/go-service/doctor/check-receivers.js';
import { checkRows } from '../../internal/go-service/doctor/check-rows.js';
import { type Finding, ok, runChecks } from '../../internal/go-service/doctor/finding.js';
import { readGoEvents, readGoWebhooks } from '../../internal/go-service/rows/read-tables.js';
import { natsOptions } from '../../internal/intake/nats-settings.js';
import { connectionFor } from '../../internal/store/postgres/connection.js';
import { makeKnex } from '../../internal/store/postgres/knex.js';
import { makeLogger } from '../../internal/winston-logger.js';
import { CommandFailed } from '../command-failed.js';
import type { Invocation } from '../invocation.js';
import { plain } from '../output/plain.js';

const LOOKUP_MS = 3000;

export interface DoctorOptions {
  readonly json: boolean;
  readonly schema: string;
}

/** `hukz doctor --from-go`: reads what the switch from the Go service depends on, and changes nothing. */
export async function examine(here: Invocation, { json, schema }: DoctorOptions): Promise<void> {
  const findings = await findingsOf(here, schema);
  const obstacles = findings.filter(({ weight }) => weight === 'obstacle').length;
  process.stdout.write(json ? `${JSON.stringify({ obstacles, findings }, undefined, 2)}\n` : plain(linesOf(findings)));
  if (obstacles > 0)
    throw new CommandFailed(`${obstacles} ${obstacles === 1 ? 'finding is' : 'findings are'} in the way of the switch`);
}

async function findingsOf(here: Invocation, schema: string): Promise<readonly Finding[]> {
  try {
    const config = loadConfig(here);
    return [ok('settings', 'the settings are complete'), ...(await checkAll(here, config, schema))];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((says) => ({ check: 'settings', weight: 'obstacle', says }));
  }
}

async function checkAll(here: Invocation, config: Config, schema: string): Promise<readonly Finding[]> {
  const db = makeKnex(connectionFor(config.database, `hukz-doctor/${here.version}`), { max: 1 });
  const logger = makeLogger({ ...config.log, level: 'error' });
  const webhooks = () => readGoWebhooks(db, schema);
  try {
    return await runChecks({
      database: () => checkDatabase(db, schema),
      nats: () => checkNats(here, config),
      ports: () => checkPorts(portsOf(config)),
      rows: async () =>
        checkRows(
          { events: await readGoEvents(db, schema), webhooks: await webhooks() },
          subjectRulesOf(config, logger),
        ),
      chats: async () => checkChats(await webhooks()),
      receivers: async () =>
        checkReceivers(await webhooks(), { rules: makeEgressRules(config.egress), lookup: addressesOf }),
      logs: () => checkLogs(db, schema),
    });
  } finally {
    await db.destroy();
  }
}

const portsOf = ({ host, port, metrics }: Config) => [
  { setting: 'PORT', host, port },
  { setting: 'METRICS_PORT', host: metrics.host, port: metrics.port },
];

async function checkNats(here: Invocation, config: Config): Promise<readonly Finding[]> {
  const options = natsOptions({
    settings: config.nats,
    name: `hukz-doctor/${here.version}`,
    onUnusableFile: () => undefined,
  });
  const nats = await connect({ ...options, reconnect: false, ignoreAuthErrorAbort: false, timeout: 3000 });
  const version = nats.info?.version ?? 'of unknown version';
  await nats.close();
  return [ok('nats', `nats-server ${version}`)];
}

/** A name server that does not answer must not keep the command waiting. */
async function addressesOf(hostname: string): Promise<readonly string[]> {
  const found = lookup(hostname, { all: true }).catch(() => []);
  const late = sleep(LOOKUP_MS, [], { ref: false });
  return (await Promise.race([found, late])).map(({ address }) => address);
}

function linesOf(findings: readonly Finding[]): string {
  return findings
    .map(
      ({ check, weight, says, advice }) =>
        `${weight.padEnd(8)}  ${check}: ${says}\n${advice ? `          ${advice}\n` : ''}`,
    )
    .join('');
}
