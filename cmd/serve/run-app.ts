import type { Config } from '../../config/config.js';
import { type App, startApp } from '../../internal/app/start-app.js';
import type { StartOptions } from '../../internal/app/start-options.js';
import { cannotListen } from './cannot-listen.js';
import { type Running, runUntilAsked } from './run-until-asked.js';

/** The options of `startApp`, the request to stop, and a callback for a completed start. */
export interface AppCourse extends Omit<StartOptions, 'signal'> {
  readonly asked: Promise<unknown>;
  readonly onStarted?: ((app: App) => Promise<void>) | undefined;
}

/** Runs the service in this process until it is asked to stop. */
export async function runApp(options: AppCourse): Promise<void> {
  const { asked, onStarted } = options;
  await runUntilAsked({
    async start(signal): Promise<App & Running> {
      const app = await startApp({ ...options, signal }).catch((error: unknown) => {
        throw nameThePort(error, options.config);
      });
      const unusable = app.unusable.then(
        (problem) => `the database is not usable: ${problem}; run "hukz migrate status"`,
      );
      return { ...app, unusable };
    },
    asked,
    onStarted,
  });
}

export function nameThePort(error: unknown, config: Pick<Config, 'port'>): unknown {
  return cannotListen(error, (port) => (port === config.port ? 'PORT' : 'METRICS_PORT'));
}
