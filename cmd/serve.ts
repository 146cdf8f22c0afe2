import { describeConfig } from '../config/describe.js';
import { loadConfig } from '../config/load.js';
import { makeLogger } from '../internal/logger.js';
import type { Invocation } from './invocation.js';
import { runApp } from './run-app.js';
import { untilSignal } from './until-signal.js';

/** `hukz serve`: the service with the configuration of this directory and environment, until it is told to stop. */
export async function serve(here: Invocation, options: { readonly migrate: boolean }): Promise<void> {
  const config = loadConfig(here);
  const logger = makeLogger(config.log);
  const { version } = here;
  logger.info('app.starting', { version, ...describeConfig(config) });
  await runApp({ config, logger, version, migrate: options.migrate, asked: untilSignal() });
  process.exit(0);
}
