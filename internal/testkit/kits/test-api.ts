import type { Express } from 'express';
import supertest from 'supertest';
import type { ApiDeps } from '../../api/api-deps.js';
import { statusesOf } from '../../api/document/openapi.js';
import { makeEndpoints } from '../../api/endpoints.js';
import type { Endpoint } from '../../api/http/endpoint.js';
import { makeApi } from '../../api/http/make-api.js';
import { makeRefusals, type RefusalReason } from '../../api/http/refusals.js';
import type { Publishing } from '../../api/messages/publishing.js';
import type { OperatorLimits } from '../../api/operator-limits.js';
import { makeCatalogSync } from '../../catalog/catalog-sync.js';
import { makeFormatOf } from '../../domain/format/format-of.js';
import { Catalog } from '../../domain/matching/catalog.js';
import { makeIsReserved } from '../../domain/matching/reserved.js';
import { SpaceKeys, type SpaceNames } from '../../domain/matching/space-names.js';
import { bySubject, type Degradation, type Trouble } from '../../domain/streams/degradation.js';
import { AppError } from '../../errors.js';
import { authenticateUser } from '../../identity/authenticate.js';
import type { Spaces } from '../../identity/principal.js';
import { WorkerChecker } from '../../schemas/checker.js';
import { loadCatalogChanges, loadCatalogStamp } from '../../store/catalog/catalog-changes.js';
import { type JournalPool, makeJournalPool } from '../../store/journal/journal-pool.js';
import { type Db, makeKnex } from '../../store/postgres/knex.js';
import { makeVault } from '../../store/secrets/vault.js';
import { DEFAULT_SERVICE } from '../default-service.js';
import { watchErrors } from '../leaks/watch-leaks.js';
import { makeTestDatabase } from './test-database.js';
import { type LogLine, makeTestLogger } from './test-logger.js';

const COUNTED = [
  'events',
  'webhooks',
  'webhook_events',
  'webhook_logs',
  'deliveries',
  'dead_letters',
  'replays',
] as const;
const DAY_MS = 86_400_000;

/** The limits of the test API allow everything except proxies. */
export const TEST_LIMITS: OperatorLimits = {
  webhookProxies: false,
  webhookListeners: true,
  insecureTls: true,
  ceilings: {
    maxTimeoutMs: 300_000,
    minRetryWaitMs: 1,
    breakerMayBeOff: true,
    breaker: { failures: 30, share: 0.9 },
    forbiddenHeaders: [],
  },
};

/** Nothing is published through the test API, which has no journal and no NATS. */
export const TEST_PUBLISHING: Publishing = {
  isOn: true,
  dependencies: new Set(['database']),
  maxBytes: 1 << 20,
  maxBodyBytes: 64 << 20,
  trouble: async () => ({ outcome: 'away', server: 'PostgreSQL' }),
  publish: async () => ({ outcome: 'away', server: 'PostgreSQL' }),
  onAnswer: () => undefined,
};

/** No space has a key in a catalog that is not loaded. */
export const TEST_SPACES: SpaceNames = new SpaceKeys();

export interface TestApi {
  readonly app: Express;
  readonly db: Db;
  readonly pool: JournalPool;
  readonly endpoints: readonly Endpoint[];
  readonly lines: readonly LogLine[];
  /** The reasons of requests that were refused before their endpoint was looked up. */
  readonly refused: readonly RefusalReason[];
  /** The answers of the other parts of the service. A test may change them. */
  readonly rest: {
    intakeProblem: string | undefined;
    troubles: Record<string, Trouble>;
    /** Whether callers may read details. */
    tellsDetails: boolean;
    degraded: Degradation[];
    catalogChanged: () => Promise<void>;
    /** The spaces of each caller. */
    spaces: Spaces;
  };
  /**
   * Sends a request of user 1 with `body` as JSON. Fails if the OpenAPI document does not contain the response's
   * status.
   */
  send(method: string, path: string, body?: unknown, user?: string): supertest.Test;
  /** The number of rows in each table. */
  counts(): Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
}

/** The API on a separate database. */
export async function makeTestApi(overrides: Partial<ApiDeps> = {}): Promise<TestApi> {
  const database = await makeTestDatabase();
  const db = makeKnex(database.connection, { max: 10 });
  const logger = makeTestLogger();
  const pool = makeJournalPool(database.connection, 4, logger);
  const rest: TestApi['rest'] = {
    intakeProblem: undefined,
    troubles: {},
    tellsDetails: true,
    degraded: [],
    catalogChanged: async () => undefined,
    spaces: 'all',
  };
  const refused: RefusalReason[] = [];
  const checker = new WorkerChecker();
  const catalog = new Catalog();
  const catalogSync = makeCatalogSync({
    catalog,
    loadStamp: () => loadCatalogStamp(pool),
    loadChanges: (known, onPart) => loadCatalogChanges(pool, known, onPart),
    listen: () => ({ stop: async () => undefined }),
    logger,
  });
  const deps: ApiDeps = {
    db,
    pool,
    vault: makeVault([]),
    reach: { messagesMs: 30 * DAY_MS, deadLettersMs: 90 * DAY_MS, accountMs: 30 * DAY_MS },
    logger,
    version: '0.0.0-test',
    development: true,
    authenticate: (header) => {
      const user = authenticateUser(header);
      return user && { ...user, spaces: rest.spaces };
    },
    logins: { user: true, token: true },
    acceptsTokens: true,
    tokensChanged: async () => undefined,
    door: { development: true, hosts: [] },
    apiRate: undefined,
    refusals: makeRefusals({ logger, onRefused: (reason) => void refused.push(reason) }),
    subjectRules: { allowAll: false },
    filterMaxBytes: 1024 * 1024,
    catalog,
    isReserved: makeIsReserved([]),
    loadCatalog: catalogSync.reload,
    catalogChanged: () => rest.catalogChanged(),
    guarantee: 'at least once from the commit on',
    admitEvent: async () => {
      if (rest.intakeProblem)
        throw new AppError('unavailable', `hukz cannot subscribe to the event now: ${rest.intakeProblem}`);
    },
    readiness: async () => ({ troubles: rest.troubles, degraded: rest.degraded }),
    mayReadDetails: () => rest.tellsDetails,
    degradationsBySubject: () => bySubject(rest.degraded),
    tryWebhook: nothingIsSent,
    tryCredentials: nothingIsSent,
    advanceKey: () => undefined,
    showRequest: () => undefined,
    formatOf: makeFormatOf([]),
    receiverProblem: () => undefined,
    schemaTrials: checker,
    judgeBySchemas: async () => ({ kind: 'pass' }),
    acceptReleased: async () => ({ outcome: 'overloaded' }),
    publishing: TEST_PUBLISHING,
    spaceNames: TEST_SPACES,
    compat: {},
    configured: DEFAULT_SERVICE.configured,
    ...TEST_LIMITS,
    ...overrides,
  };
  const endpoints = makeEndpoints(deps);
  const app = makeApi(deps, endpoints);
  return {
    app,
    db,
    pool,
    endpoints,
    lines: logger.lines,
    refused,
    rest,
    send: (method, path, body, user = '1') => {
      const request = watchErrors(requestOf(app, method, path));
      request.expect(({ status }) => requireDocumented(endpoints, { method, path, status }));
      if (user !== '') request.set('X-User', user);
      return body === undefined ? request : request.set('Content-Type', 'application/json').send(JSON.stringify(body));
    },
    counts: async () => {
      const entries = COUNTED.map(async (table) => [table, Number((await db(table).count('* as n'))[0]?.n)] as const);
      return Object.fromEntries(await Promise.all(entries));
    },
    stop: async () => {
      await checker.stop();
      await db.destroy();
      await pool.stop();
      await database.drop();
    },
  };
}

async function nothingIsSent(): Promise<never> {
  throw new AppError('unavailable', 'nothing is sent here');
}

interface Answered {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** Every answer must be in the OpenAPI document, except for an unknown path or method. */
function requireDocumented(endpoints: readonly Endpoint[], { method, path, status }: Answered): void {
  const [plain = ''] = path.split('?');
  const known = documented(endpoints, method === 'HEAD' ? 'get' : method.toLowerCase(), plain);
  if (!known.includes(status)) {
    throw new Error(`${method} ${path} answered ${status}, which is not documented; known: ${known.join(', ')}`);
  }
}

function documented(endpoints: readonly Endpoint[], method: string, path: string): readonly number[] {
  const template = endpoints.find((known) =>
    new RegExp(`^${known.path.replaceAll(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}$`).test(path),
  )?.path;
  const endpoint = endpoints.find((known) => known.path === template && known.method === method);
  return endpoint ? statusesOf(endpoint) : [401, template === undefined ? 404 : 405];
}

function requestOf(app: Express, method: string, path: string): supertest.Test {
  switch (method) {
    case 'GET':
      return supertest(app).get(path);
    case 'HEAD':
      return supertest(app).head(path);
    case 'POST':
      return supertest(app).post(path);
    case 'PUT':
      return supertest(app).put(path);
    case 'PATCH':
      return supertest(app).patch(path);
    case 'DELETE':
      return supertest(app).delete(path);
    default:
      throw new Error(`the test API does not send ${method}`);
  }
}
