import type supertest from 'supertest';
import type { ApiDeps } from '../../api/api-deps.js';
import { makeTokenDirectory, type TokenDirectory } from '../../catalog/token-directory.js';
import { makeAuthenticate } from '../../identity/authenticate.js';
import type { JournalPool } from '../../store/journal/journal-pool.js';
import { loadTokenChanges, recordTokenUse } from '../../store/tokens/token-changes.js';
import { makeTestApi, type TestApi } from '../kits/test-api.js';
import { makeTestLogger } from '../kits/test-logger.js';

export interface TokenApi extends TestApi {
  readonly directory: TokenDirectory;
  /** Creates a token by the API, as user 1. Returns its text. */
  token(body: object): Promise<string>;
  /** Sends a request with a token. */
  as(token: string, method: string, path: string, body?: unknown): supertest.Test;
}

/** A directory of the tokens in a database, which reads them when it is asked to. A test may set its clocks. */
export function directoryOf(
  pool: JournalPool,
  clocks: { readonly now?: () => number; readonly monotonicMs?: () => number } = {},
): TokenDirectory {
  return makeTokenDirectory({
    loadChanges: (known) => loadTokenChanges(pool, known),
    recordUse: (ids) => recordTokenUse(pool, ids),
    listen: () => ({ stop: async () => undefined }),
    now: Date.now,
    monotonicMs: () => performance.now(),
    logger: makeTestLogger(),
    ...clocks,
  });
}

/** The API on a separate database, with users and tokens. */
export async function makeTokenApi(overrides: Partial<ApiDeps> = {}): Promise<TokenApi> {
  let directory: TokenDirectory | undefined;
  const api = await makeTestApi({
    authenticate: makeAuthenticate({ user: true, token: true }, { token: (shown) => directory?.find(shown) }),
    tokensChanged: async () => directory?.refresh(),
    ...overrides,
  });
  directory = directoryOf(api.pool);
  return {
    ...api,
    directory,
    token: async (body) => {
      const { body: made } = await api.send('POST', '/tokens', { name: 'test', ...body }).expect(201);
      return made.token;
    },
    as: (token, method, path, body) => api.send(method, path, body, '').set('Authorization', `Bearer ${token}`),
  };
}
