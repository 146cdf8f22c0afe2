import { AppError } from '../errors.js';
import type { ApiDeps } from './api-deps.js';
import type { GivenAuth } from './settings/auth-field.js';

interface GivenUrls {
  readonly url?: string | undefined;
  readonly auth?: GivenAuth | null | undefined;
}

/**
 * Refuses what the sender would refuse for ever: a literal address that is not public, `localhost`, a port, plain http. What a
 * name leads to is judged each time that it is connected to. @throws {AppError} `unprocessable`
 */
export function requireAllowedReceiver(deps: Pick<ApiDeps, 'receiverProblem'>, { url, auth }: GivenUrls): void {
  refuseUnlessAllowed('url', url);
  if (auth?.settings.type === 'oauth2') refuseUnlessAllowed('auth', auth.settings.tokenUrl ?? auth.settings.issuer);

  function refuseUnlessAllowed(field: string, given: string | undefined): void {
    const problem = given && deps.receiverProblem(new URL(given));
    if (problem) throw new AppError('unprocessable', problem, field);
  }
}
