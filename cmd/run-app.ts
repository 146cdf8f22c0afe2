import type { Config } from '../config/config.js';
import { type App, startApp } from '../internal/app/start-app.js';
import { CannotStart } from '../internal/app/wrong-key.js';
import type { Logger } from '../internal/logger.js';
import { cannotListen } from './cannot-listen.js';

export interface RunOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly version: string;
  readonly migrate: boolean;
  /** Settles when the service shall stop; it may do so while a dependency is still waited for. */
  readonly asked: Promise<NodeJS.Signals>;
  readonly onStarted?: (app: App) => Promise<void>;
}

/** Runs the service until it is asked to stop, and stops it. */
export async function runApp(options: RunOptions): Promise<void> {
  const { logger, asked, onStarted } = options;
  const stopping = new AbortController();
  const stopped = asked.then((signal) => {
    logger.info('app.stopping', { signal });
    stopping.abort();
  });
  const app = await startApp({ ...options, signal: stopping.signal }).catch((error: unknown) => {
    if (stopping.signal.aborted) return undefined;
    throw cannotListen(error, (port) => (port === options.config.port ? 'PORT' : 'METRICS_PORT'));
  });
  if (!app) return;
  try {
    await onStarted?.(app);
    const unusable = app.unusable.then((problem) => {
      throw new CannotStart(`the database is not usable: ${problem}; run "hukz migrate status"`);
    });
    await Promise.race([stopped, unusable]);
  } finally {
    await app.stop();
  }
  logger.info('app.stopped');
}
