import type { OAuth2Settings } from '../matching/webhook-settings.js';

export interface TokenRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Makes a request for the client credentials grant of RFC 6749, section 4.4. */
export function tokenRequest(auth: OAuth2Settings, clientSecret: string): TokenRequest {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (auth.scope !== undefined) form.set('scope', auth.scope);
  if (auth.audience !== undefined) form.set('audience', auth.audience);
  const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  if (auth.clientAuth === 'client_secret_post') {
    form.set('client_id', auth.clientId);
    form.set('client_secret', clientSecret);
    return { headers, body: form.toString() };
  }
  const login = `${formEncoded(auth.clientId)}:${formEncoded(clientSecret)}`;
  return {
    headers: { ...headers, authorization: `Basic ${Buffer.from(login).toString('base64')}` },
    body: form.toString(),
  };
}

/** RFC 6749, section 2.3.1: both parts are form-encoded before they are joined by the colon. */
const formEncoded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
