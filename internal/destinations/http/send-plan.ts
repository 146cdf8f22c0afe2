import type { Format } from '../../domain/format/format.js';
import type { FormatOf } from '../../domain/format/format-of.js';
import { listenerSubject } from '../../domain/listening/listener-subject.js';
import type { CatalogWebhook } from '../../domain/matching/catalog.js';
import { type RequestMethod, schemeNameIn, type WebhookSettings } from '../../domain/matching/webhook-settings.js';
import { hiddenHeader, isSecretHeader } from '../../domain/secrets/hidden-headers.js';
import { revealSecrets } from '../../domain/secrets/hidden-parts.js';
import { isHidden } from '../../domain/secrets/hidden-url.js';
import type { OpenSecret } from '../../domain/secrets/secret.js';
import { schemeOf } from '../../domain/signature/schemes.js';
import type { Sign } from '../../domain/signature/sign.js';
import { connectionPathOf } from '../connection/connection-path.js';
import type { ConnectionPath } from '../connection/opener.js';
import { prepareCredentials } from '../credentials/credentials.js';
import type { TokenSource, Tokens } from '../credentials/tokens/tokens.js';
import { maskedSecrets } from './masked-secrets.js';

/** The parts that are the same for all requests to a webhook, prepared once. */
export interface SendPlan {
  /** An http or https URL. The user and password in it are neither sent nor shown. */
  readonly url: string;
  readonly method: RequestMethod;
  readonly format: Format;
  /** Headers for every request: name, value, name, value … */
  readonly headers: readonly string[];
  /** Names of the message's headers that are passed on, in lower case. */
  readonly passHeaders: readonly string[];
  readonly sign: Sign | undefined;
  /** The NATS subject of the prompt that forwards the requests. Undefined means that they are sent over HTTP. */
  readonly listener: string | undefined;
  /** Total time of a request. Undefined means the configured time. */
  readonly timeoutMs: number | undefined;
  /** The connection path. Undefined means the default one. */
  readonly connectionPath: ConnectionPath | undefined;
  /** The source of access tokens. Undefined means that requests need no token. */
  readonly tokens: TokenSource | undefined;
  /** Secrets that are masked in the receiver's answer, in the form that `maskable` returns. */
  readonly masked: readonly string[];
  /** Names of the request's headers whose values are credentials, in lower case. */
  readonly credentials: readonly string[];
}

/** The parts that a plan needs besides the webhook and its secrets. */
export interface PlanTools {
  readonly tokens: Pick<Tokens, 'sourceFor'>;
  readonly formatOf: FormatOf;
}

type Planned = Pick<CatalogWebhook, 'id' | 'spaceId' | 'url' | 'settings'>;

/** Prepares the requests of a webhook from its settings and secrets. @throws when a secret is missing */
export function makeSendPlan(
  webhook: Planned,
  secrets: readonly OpenSecret[],
  { tokens, formatOf }: PlanTools,
): SendPlan {
  const destination = revealSecrets(webhook, secrets);
  const { url, settings } = destination;
  if (isHidden(url)) throw new Error('the secret part of its url is missing');
  const hidden = hiddenHeader(settings.headers ?? {});
  if (hidden) throw new Error(`the value of its header ${hidden} is missing`);
  const connectionPath = connectionPathOf(settings, secrets);
  const auth =
    settings.auth &&
    prepareCredentials({ id: webhook.id, settings, auth: settings.auth, connectionPath }, secrets, tokens);
  return {
    url,
    method: settings.method ?? 'POST',
    format: formatOf(settings.format, url),
    headers: [...Object.entries(settings.headers ?? {}).flat(), ...(auth?.headers ?? [])],
    passHeaders: settings.passHeaders ?? [],
    sign: makeSign(settings, secrets),
    listener: settings.listenMs === undefined ? undefined : listenerSubject(webhook.spaceId, webhook.id),
    timeoutMs: settings.timeoutMs,
    connectionPath,
    tokens: auth?.tokens,
    masked: maskedSecrets(destination, secrets),
    credentials: credentialNames(settings),
  };
}

function credentialNames({ auth, headers = {}, passHeaders = [] }: WebhookSettings): readonly string[] {
  const authHeader = auth?.type === 'api_key' ? auth.header : 'authorization';
  return [authHeader, ...[...Object.keys(headers), ...passHeaders].filter(isSecretHeader)].map((name) =>
    name.toLowerCase(),
  );
}

/** Requests of a webhook without a secret (it is older than signatures, or has the scheme `none`) are not signed. */
function makeSign(settings: WebhookSettings, secrets: readonly OpenSecret[]): Sign | undefined {
  const name = schemeNameIn(settings);
  const values = secrets.filter(({ purpose }) => purpose === 'signing').map(({ value }) => value);
  if (name === 'none' || values.length === 0) return undefined;
  const scheme = schemeOf(name);
  return scheme.makeSign(values, settings.signature?.prefix ?? scheme.defaultPrefix ?? '');
}
