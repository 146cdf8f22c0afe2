import { AppError } from '../errors.js';
import type { ApiDeps } from './api-deps.js';
import type { GivenAuth } from './settings/auth-field.js';
import { type GivenProxy, proxyPlace } from './settings/proxy-field.js';

const NO_PROXIES = 'proxy: webhooks have no proxies of their own here; WEBHOOK_PROXIES can allow them';

type Deps = Pick<ApiDeps, 'receiverProblem' | 'webhookProxies'>;

interface GivenPlaces {
  readonly url?: string | undefined;
  readonly auth?: GivenAuth | null | undefined;
  readonly proxy?: GivenProxy | null | undefined;
}

/**
 * Refuses what the sender would refuse for ever: a literal address that is not public, `localhost`, a port, plain http. What a
 * name leads to is judged each time that it is connected to. @throws {AppError} `unprocessable`
 */
export function requireAllowedReceiver(deps: Deps, { url, auth, proxy }: GivenPlaces): void {
  refuseUnlessAllowed('url', url);
  if (auth?.settings.type === 'oauth2') refuseUnlessAllowed('auth', auth.settings.tokenUrl ?? auth.settings.issuer);

  if (proxy && !deps.webhookProxies) throw new AppError('unprocessable', NO_PROXIES, 'proxy');
  // A proxy is spoken to in plain HTTP: HTTPS_ONLY is about receivers.
  if (proxy && proxy.settings !== 'none') refuseUnlessAllowed('proxy', `https://${proxyPlace(proxy.settings)}`);

  function refuseUnlessAllowed(field: string, given: string | undefined): void {
    const problem = given && deps.receiverProblem(new URL(given));
    if (problem) throw new AppError('unprocessable', problem, field);
  }
}
