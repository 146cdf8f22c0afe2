import type { CredentialSettings } from '../matching/webhook-settings.js';

/** The name of the secret part of each kind of credentials. */
export const SECRET_PART = {
  basic: 'password',
  bearer: 'token',
  api_key: 'value',
  oauth2: 'client_secret',
} as const satisfies Record<CredentialSettings['type'], string>;

/** Encodes the secret for storage under the purpose `auth`. */
export function writeCredentialSecret(type: CredentialSettings['type'], secret: string): string {
  return JSON.stringify({ [SECRET_PART[type]]: secret });
}

/** @throws when the stored secret belongs to another kind of credentials */
export function readCredentialSecret(type: CredentialSettings['type'], stored: string): string {
  const parts: unknown = JSON.parse(stored);
  const part = SECRET_PART[type];
  const secret =
    typeof parts === 'object' && parts !== null ? Object.entries(parts).find(([name]) => name === part) : [];
  if (typeof secret?.[1] !== 'string') throw new Error(`the secret of its auth has no ${part}`);
  return secret[1];
}
