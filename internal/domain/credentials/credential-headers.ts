import type { CredentialSettings, OAuth2Settings } from '../matching/webhook-settings.js';

/** Kinds of authentication to a receiver that are the same for every request. */
export type BasicOrBearerSettings = Exclude<CredentialSettings, OAuth2Settings>;

/** Returns the header that authenticates a request to its receiver, as `name, value`. */
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
