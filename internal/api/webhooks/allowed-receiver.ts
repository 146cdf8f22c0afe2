import { isDeepStrictEqual } from 'node:util';
import type { CredentialSettings } from '../../domain/matching/webhook-settings.js';
import { AppError } from '../../errors.js';
import type { Webhook } from '../../store/webhooks/webhook-row.js';
import type { Receivers } from '../api-deps.js';
import type { CredentialsInput } from './settings/auth-field.js';
import { type ProxyInput, proxyPlace } from './settings/proxy-field.js';
import type { TlsInput } from './settings/tls-field.js';

const NO_PROXIES = 'proxy: webhooks have no proxies of their own here; WEBHOOK_PROXIES can allow them';

const NO_INSECURE_TLS = "tls: the receiver's certificate must be checked; ALLOW_INSECURE_TLS can allow insecure";

const NO_LISTENERS = 'listen: requests are not sent over NATS here; WEBHOOK_LISTENERS can allow it';

type Deps = Pick<Receivers, 'receiverProblem' | 'webhookProxies' | 'webhookListeners' | 'insecureTls'>;

interface DestinationInput {
  readonly url?: string | undefined;
  readonly auth?: CredentialsInput | null | undefined;
  readonly tls?: TlsInput | null | undefined;
  readonly proxy?: ProxyInput | null | undefined;
  /** Milliseconds. Null removes it, and undefined keeps it. */
  readonly listen?: number | null | undefined;
}

/**
 * Refuses destinations that the sender would always refuse: a literal address that is not public, `localhost`, a port,
 * a name, plain HTTP, and TLS without verification. The address that a name resolves to is checked for each connection.
 * Values that the webhook has already may be sent back under any current rules, because the sender checks them. The
 * receiver of a listening webhook is an application at a prompt, which no address of this network leads to.
 * @throws {AppError} `unprocessable`
 */
export function requireAllowedReceiver(
  deps: Deps,
  { url, auth, tls, proxy, listen }: DestinationInput,
  current?: Webhook,
): void {
  const known = current?.settings;
  const wasListening = known?.listenMs !== undefined;
  const isListening = listen === undefined ? wasListening : listen !== null;
  if (isListening && !wasListening && !deps.webhookListeners)
    throw new AppError('unprocessable', NO_LISTENERS, 'listen');
  const receiver = url || current?.url;
  if (!isListening && (wasListening || receiver !== current?.url)) refuseUnlessAllowed('url', receiver);
  if (tokenPlace(auth?.settings) !== tokenPlace(known?.auth)) refuseUnlessAllowed('auth', tokenPlace(auth?.settings));
  if (tls?.settings.insecure && !known?.tls?.insecure && !deps.insecureTls)
    throw new AppError('unprocessable', NO_INSECURE_TLS, 'tls');

  if (!proxy || isDeepStrictEqual(proxy.settings, known?.proxy)) return;
  if (!deps.webhookProxies) throw new AppError('unprocessable', NO_PROXIES, 'proxy');
  // A connection to a proxy uses plain HTTP: HTTPS_ONLY applies to receivers.
  if (proxy.settings !== 'none') refuseUnlessAllowed('proxy', `https://${proxyPlace(proxy.settings)}`);

  function refuseUnlessAllowed(field: string, input: string | undefined): void {
    const problem = input && deps.receiverProblem(new URL(input));
    if (problem) throw new AppError('unprocessable', problem, field);
  }
}

const tokenPlace = (auth: CredentialSettings | undefined) =>
  auth?.type === 'oauth2' ? (auth.tokenUrl ?? auth.issuer) : undefined;
