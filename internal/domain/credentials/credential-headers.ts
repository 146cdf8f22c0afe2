import type { CredentialSettings, OAuth2Settings } from '../matching/webhook-settings.js';

/** Ways to be let in that are the same for every request. */
export type BasicOrBearerSettings = Exclude<CredentialSettings, OAuth2Settings>;

/** The header by which a receiver lets us in, as `name, value`. */
export function credentialHeaders(auth: BasicOrBearerSettings, secret: string): readonly [name: string, value: string] {
  switch (auth.type) {
    case 'basic':
      return ['authorization', `Basic ${Buffer.from(`${auth.username}:${secret}`).toString('base64')}`];
    case 'bearer':
      return bearer(secret);
    case 'api_key':
      return [auth.header, secret];
    default:
      return auth satisfies never;
  }
}

export const bearer = (token: string): readonly [name: string, value: string] => ['authorization', `Bearer ${token}`];
