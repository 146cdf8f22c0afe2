import { usageError } from '../command-failed.js';
import type { Invocation } from '../invocation.js';
import { findUpLogin } from '../up/up-login.js';
import { findUpState } from '../up/up-state.js';
import type { Context } from './contexts.js';
import { resolveSecret } from './secret-reference.js';

/** The options of a command that say where hukz is and who calls it. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly token?: string;
  readonly user?: string;
  readonly space?: string;
  readonly context?: string;
  /** A context of the `nats` command, for verbs that use NATS. */
  readonly natsContext?: string;
}

/** The address of hukz, and its caller. */
export interface Connection {
  readonly url: string;
  readonly token: string | undefined;
  readonly user: string | undefined;
  readonly space: string | undefined;
  /** The source of the URL, for people. */
  readonly from: string;
  /** The NATS server that belongs to it. */
  readonly nats: NatsOfService;
}

/** The two facts that lead to the NATS server of a service. */
export interface NatsOfService {
  /** A context of the `nats` command. */
  readonly context: string | undefined;
  /** The URL of the service. Undefined if none is named. */
  readonly api: string | undefined;
}

/** A place with its credentials: a token is never sent to a place for which it was not given. */
interface Place extends Pick<Context, 'url' | 'token' | 'user' | 'space'> {
  readonly from: string;
  readonly nats_context?: string | undefined;
}

/**
 * Resolves the connection: options, else the environment, else the context that is named, else the `hukz up` that runs
 * in this directory, else the selected context. The token is that of the same source, unless `--token` gives another.
 * @throws {CommandFailed} if nothing names a URL
 */
export async function resolveConnection(here: Invocation, options: ConnectionOptions): Promise<Connection> {
  const { HUKZ_USER, HUKZ_SPACE } = here.env;
  const place = await findPlace(here, options);
  if (!place)
    throw usageError(
      'No service is named.',
      'Give --url, set HUKZ_URL, start "hukz up" in this directory, or select a context: hukz context set prod --url https://…',
    );
  const token = options.token ?? place.token;
  return {
    url: place.url,
    token: token === undefined ? undefined : await resolveSecret(token, here),
    user: options.user ?? (HUKZ_USER || place.user),
    space: options.space ?? (HUKZ_SPACE || place.space),
    from: place.from,
    nats: natsOf(place, options),
  };
}

/** The NATS server of the service that is named, for verbs that need no service. */
export async function resolveNats(here: Invocation, options: ConnectionOptions): Promise<NatsOfService> {
  return natsOf(await findPlace(here, options), options);
}

const natsOf = (place: Place | undefined, { natsContext }: ConnectionOptions): NatsOfService => ({
  context: natsContext ?? place?.nats_context,
  api: place?.url,
});

/** The token of the environment, unless the environment gives it for another service. */
function tokenFor(url: string, { HUKZ_URL, HUKZ_TOKEN }: Invocation['env']): string | undefined {
  const isElsewhere = HUKZ_URL && originOf(HUKZ_URL) !== originOf(url);
  return isElsewhere ? undefined : HUKZ_TOKEN || undefined;
}

const originOf = (url: string) => (URL.canParse(url) ? new URL(url).origin : url);

async function findPlace(here: Invocation, options: ConnectionOptions): Promise<Place | undefined> {
  const { HUKZ_URL, HUKZ_CONTEXT } = here.env;
  if (options.url !== undefined) return { url: options.url, token: tokenFor(options.url, here.env), from: '--url' };
  const named = options.context ?? (HUKZ_CONTEXT || undefined);
  if (HUKZ_URL && options.context !== undefined) {
    throw usageError(
      `--context ${options.context} and HUKZ_URL both say where hukz is.`,
      'Unset HUKZ_URL, or leave --context out.',
    );
  }
  if (HUKZ_URL) return { url: HUKZ_URL, token: tokenFor(HUKZ_URL, here.env), from: 'HUKZ_URL' };
  // Reading contexts needs libraries that a call without contexts does not load.
  const { loadContext, readContexts } = await import('./contexts.js');
  if (named !== undefined) return { ...(await loadContext(here, named)), from: `the context "${named}"` };
  const up = await findUpState(here.cwd);
  if (up) return { url: up.api, ...(await findUpLogin(here.cwd, up)), from: `the "hukz up" of this directory` };
  const { selected } = await readContexts(here);
  if (selected === undefined) return undefined;
  return { ...(await loadContext(here, selected)), from: `the selected context "${selected}"` };
}
