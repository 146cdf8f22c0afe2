import supertest from 'supertest';
import type { Config } from '../../config/config.js';
import { loadConfig } from '../../config/load.js';
import { type App, startApp } from '../app/start-app.js';
import type { TestDatabase } from './test-database.js';
import { makeTestLogger } from './test-logger.js';

export interface TestParts {
  readonly database: TestDatabase;
  readonly natsUrl: string;
}

export interface TestApp {
  readonly app: App;
  readonly api: TestApi;
  readonly logger: ReturnType<typeof makeTestLogger>;
  stop(): Promise<void>;
}

/** The environment of one instance, as an operator would write it. Retries come soon, ports are free ones. */
export function testEnvironment(
  parts: TestParts,
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const { settings } = parts.database;
  return {
    HUKZ_DATABASE_HOST: settings.host,
    HUKZ_DATABASE_PORT: String(settings.port),
    HUKZ_DATABASE_USER: settings.user,
    HUKZ_DATABASE_PASSWORD: settings.password,
    HUKZ_DATABASE_NAME: settings.name,
    HUKZ_NATS_URL: parts.natsUrl,
    HUKZ_QUEUE_GROUP: 'hukz',
    HUKZ_MODE: 'development',
    HUKZ_HOST: '127.0.0.1',
    HUKZ_PORT: '0',
    HUKZ_METRICS_PORT: '0',
    HUKZ_LOG_FORMAT: 'json',
    HUKZ_RETRY_SCHEDULE: '50ms,100ms',
    HUKZ_RETRY_JITTER: '0',
    HUKZ_LOCAL_FAULT_DELAY: '100ms',
    ...more,
  };
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
  return { app, api: apiOf(app.port), logger, stop: app.stop };
}

export type TestApi = ReturnType<typeof apiOf>;

/** The HTTP API of an instance as user 1 sees it. */
export function apiOf(port: number) {
  const agent = supertest(`http://127.0.0.1:${port}`);
  const created = async (path: string, body: object): Promise<number> => {
    const { status, body: answer } = await agent.post(path).set('x-user', '1').send(body);
    if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer.id;
  };
  return {
    get: (path: string) => agent.get(path).set('x-user', '1'),
    put: (path: string, body: object) => agent.put(path).set('x-user', '1').send(body),
    patch: (path: string, body: object) => agent.patch(path).set('x-user', '1').send(body),
    delete: (path: string) => agent.delete(path).set('x-user', '1'),
    event: (subject: string) => created('/events', { name: subject, event: subject }),
    webhook: (url: string, eventIds: readonly number[], more: object = {}) =>
      created('/webhooks', { name: url, url, event_ids: eventIds, ...more }),
    async logs(query = ''): Promise<LogAnswer[]> {
      const { body } = await agent.get(`/webhooks/logs?limit=100&${query}`).set('x-user', '1');
      return body.nodes;
    },
  };
}

export interface LogAnswer {
  readonly id: number;
  readonly outcome: string;
  readonly attempt: number;
  readonly error: string | null;
  readonly response_status_code: number | null;
  readonly response_body: unknown;
  readonly delivery_id: string;
  readonly message_id: string;
  readonly webhook_id: number;
  readonly next_attempt_at: string | null;
  readonly data: { readonly payload: unknown };
}
