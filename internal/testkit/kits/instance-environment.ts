import type { TestDatabase } from './test-database.js';

export interface TestParts {
  readonly database: Pick<TestDatabase, 'settings'>;
  readonly natsUrl: string;
}

/** The environment of one instance, as an operator would write it. Retries come soon, and ports are free ones. */
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
    HUKZ_MIN_RETRY_WAIT: '1ms',
    HUKZ_LOCAL_FAULT_DELAY: '100ms',
    // Receivers of tests fail on purpose and often.
    HUKZ_BREAKER_FAILURES: '0',
    HUKZ_BREAKER_SHARE: '0',
    ...more,
  };
}
