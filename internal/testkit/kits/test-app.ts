import type { Config } from '../../../config/config.js';
import { loadConfig } from '../../../config/load.js';
import { type App, startApp } from '../../app/start-app.js';
import { watchMetrics } from '../leaks/watch-metrics.js';
import { apiOf, type InstanceApi } from './instance-api.js';
import { type TestParts, testEnvironment } from './instance-environment.js';
import { makeTestLogger } from './test-logger.js';

export interface TestApp {
  readonly app: App;
  readonly api: InstanceApi;
  readonly logger: ReturnType<typeof makeTestLogger>;
  stop(): Promise<void>;
}

/** The whole service in this process, on a real database and a real nats-server. */
export async function startTestApp(parts: TestParts, more: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  const config: Config = loadConfig({ env: testEnvironment(parts, more) });
  const logger = makeTestLogger();
  const app = await startApp({
    config,
    logger,
    version: '0.0.0',
    migrate: false,
    signal: new AbortController().signal,
  });
  return {
    app,
    api: apiOf(app.port),
    logger,
    async stop() {
      await watchMetrics(app.metricsPort);
      await app.stop();
    },
  };
}
