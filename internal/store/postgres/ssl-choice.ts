import { Client, type ClientConfig } from 'pg';
import { isDatabaseAway } from './database-away.js';

interface Place {
  readonly host: string;
  readonly port: number;
}

export type Ssl = NonNullable<ClientConfig['ssl']>;

interface SslChoiceOptions {
  /** `prefer` tries TLS first, `allow` a plain connection. */
  readonly mode: 'prefer' | 'allow';
  /** The settings to log in with. */
  readonly login: ClientConfig;
  encrypted(): Ssl;
}

const ASK_MS = 5000;
/** The connections that a pool opens at the same time share an answer. */
const REMEMBER_MS = 10_000;

/**
 * Chooses between TLS and a plain connection as libpq does: the first that the server lets us log in with. A client
 * cannot try twice on one connection, so another connection asks first.
 */
export function makeSslChoice({ mode, login, encrypted }: SslChoiceOptions): (at: Place) => Promise<Ssl> {
  const order = mode === 'prefer' ? [encrypted, plain] : [plain, encrypted];
  const known = new Map<string, { readonly choice: Promise<() => Ssl>; readonly until: number }>();

  const ask = async ({ host, port }: Place): Promise<() => Ssl> => {
    for (const ssl of order) {
      const problem = await logIn({ ...login, host, port, ssl: ssl() });
      if (problem === undefined) return ssl;
      if (!isRefusal(problem)) break;
    }
    return order[0] ?? plain;
  };

  return async (at) => {
    // As in libpq, TLS is not used on a Unix socket.
    if (at.host.startsWith('/')) return false;
    const place = `${at.host}:${at.port}`;
    const before = known.get(place);
    const now = performance.now();
    const current = before && now < before.until ? before : { choice: ask(at), until: now + REMEMBER_MS };
    known.set(place, current);
    return (await current.choice)();
  };
}

const plain = (): Ssl => false;

/** Returns the error, if there is one. */
async function logIn(settings: ClientConfig): Promise<unknown> {
  const client = new Client({ ...settings, connectionTimeoutMillis: ASK_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    return error ?? new Error('the connection failed');
  } finally {
    void client.end().catch(() => undefined);
  }
}

/** Whether the server answered, and may accept the other kind of connection. */
function isRefusal(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return (typeof code === 'string' && code.startsWith('28')) || !isDatabaseAway(error);
}
