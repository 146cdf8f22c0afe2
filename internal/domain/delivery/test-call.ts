import type { CredentialSettings, RequestMethod } from '../matching/webhook-settings.js';
import type { Sought } from '../secrets/masking/find-secrets.js';
import { maskText } from '../secrets/masking/mask.js';
import type { AttemptOutcome } from './outcome.js';

/** A message made up to try a webhook. */
export interface Sample {
  readonly subject: string;
  readonly payload: Uint8Array;
}

/** What was sent, and what came of it. Holds no secret. */
export interface TestAttempt {
  /** `webhook-id`. */
  readonly id: string;
  readonly method: RequestMethod;
  /** Absent when nothing was sent. */
  readonly sent: { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array } | undefined;
  readonly outcome: AttemptOutcome;
  readonly durationMs: number;
  /** The receiver's certificate was not checked. */
  readonly insecure: boolean;
}

/** Whether a webhook could be let in now. */
export type CredentialsTest =
  | { readonly type: CredentialSettings['type']; readonly ok: true; readonly header: string }
  | { readonly type: 'oauth2'; readonly ok: true; readonly header: string; readonly lifetimeMs: number }
  | { readonly type: CredentialSettings['type']; readonly ok: false; readonly error: string };

export const HIDDEN = '(hidden)';

/** Headers of a request for people: by name, in lower case, the value of the one that lets us in hidden, without secrets. */
export function shownHeaders(
  flat: readonly string[],
  auth: CredentialSettings | undefined,
  sought: Sought,
): Record<string, string> {
  const secret = auth?.type === 'api_key' ? auth.header.toLowerCase() : 'authorization';
  const shown: Record<string, string> = {};
  for (let index = 0; index < flat.length; index += 2) {
    const name = (flat[index] ?? '').toLowerCase();
    shown[name] = name === secret ? HIDDEN : maskText(flat[index + 1] ?? '', sought);
  }
  return shown;
}

/** A subject that an event matches: what its wildcards leave open is `test`. */
export const sampleSubject = (event: string): string =>
  event
    .split('.')
    .map((token) => (token === '*' || token === '>' ? 'test' : token))
    .join('.');
