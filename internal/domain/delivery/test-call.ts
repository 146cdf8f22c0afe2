import type { CredentialSettings, RequestMethod } from '../matching/webhook-settings.js';
import type { Sought } from '../secrets/masking/find-secrets.js';
import { maskText } from '../secrets/masking/mask.js';
import type { AttemptOutcome } from './outcome.js';

/** An artificial message for testing a webhook. */
export interface Sample {
  readonly subject: string;
  readonly payload: Uint8Array;
}

/** The request of a test and its outcome, without secrets. */
export interface TestAttempt {
  /** `webhook-id`. */
  readonly id: string;
  readonly method: RequestMethod;
  /** Absent when no request was sent. */
  readonly sent: { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array } | undefined;
  readonly outcome: AttemptOutcome;
  readonly durationMs: number;
  /** Whether the receiver's certificate was not checked. */
  readonly insecure: boolean;
}

/** Whether the webhook's credentials can be used now. */
export type CredentialsTest =
  | { readonly type: CredentialSettings['type']; readonly ok: true; readonly header: string }
  | { readonly type: 'oauth2'; readonly ok: true; readonly header: string; readonly lifetimeMs: number }
  | { readonly type: CredentialSettings['type']; readonly ok: false; readonly error: string };

export const HIDDEN = '(hidden)';

/**
 * The headers of a request for display: names in lower case, without secrets, and without the value that authenticates
 * the request.
 */
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

/** Returns a subject that an event matches, with `test` in place of each wildcard. */
export const sampleSubject = (event: string): string =>
  event
    .split('.')
    .map((token) => (token === '*' || token === '>' ? 'test' : token))
    .join('.');
