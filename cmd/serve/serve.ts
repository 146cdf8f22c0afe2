import { describeConfig } from '../../config/describe.js';
import { configWarnings, findLogFormat, loadConfig, renamedKeys } from '../../config/load.js';
import { makeLogger } from '../../internal/winston-logger.js';
import { explainFailure } from '../explain-failure.js';
import type { Invocation } from '../invocation.js';
import { requireDependencies } from './require-dependencies.js';
import { runService } from './run-service.js';
import { untilSignal } from './until-signal.js';

interface ServeOptions {
  readonly migrate: boolean;
  /** Whether to end, and not to wait, if PostgreSQL or NATS is away at the start. */
  readonly failFast?: boolean;
}

/**
 * `hukz serve`: runs the service with the configuration of this directory and environment, until it is asked to stop.
 */
export async function serve(here: Invocation, options: ServeOptions): Promise<void> {
  try {
    await run(here, options);
  } catch (error) {
    if (process.stdout.isTTY || findLogFormat(here) !== 'json') throw error;
    // Log collectors read JSON, and the reason for the end of the service is a part of its log.
    makeLogger({ level: 'error', format: 'json' }).error('app.failed', { error: explainFailure(error) });
    process.exit(1);
  }
  process.exit(0);
}

async function run(here: Invocation, { migrate, failFast }: ServeOptions): Promise<void> {
  const config = loadConfig(here);
  const logger = makeLogger(config.log);
  const { version } = here;
  logger.info('app.starting', { version, ...describeConfig(config) });
  for (const warning of configWarnings(here)) logger.warn('config.warned', { warning });
  for (const renamed of renamedKeys(here)) logger.warn('config.renamed', { ...renamed });
  if (failFast) await requireDependencies(config, version);
  await runService({ config, logger, version, migrate, asked: untilSignal() });
}
