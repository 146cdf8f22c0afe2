import { findSecrets, type Sought, type Span } from './find-secrets.js';
import { unescapedTexts } from './unescape.js';
import { WINDOW, Windows } from './windows.js';
import { MIN_LENGTH } from './writings.js';

/** Replaces a secret. It is shorter than any secret that is masked, so a text never grows. */
export const MASK = '***';

/** @param secrets as `maskable` returns them */
export const soughtOf = (secrets: readonly string[]): Sought => ({ secrets, windows: new Windows(secrets) });

/** Whether a body is long enough to contain any of these secrets. */
export function mayHold(body: Uint8Array, secrets: readonly string[], isCut: boolean): boolean {
  return secrets.some(({ length }) => Math.min(length, WINDOW) <= body.length) || (isCut && secrets.length > 0);
}

/**
 * Masks the secrets in a body, which may contain them in any encoded form. Returns the same object when the body
 * contains none. @param isCut whether further, unknown bytes may have followed
 */
export function maskBody(body: Uint8Array, sought: Sought, isCut: boolean): Uint8Array {
  if (!mayHold(body, sought.secrets, isCut)) return body;
  const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1');
  const spans = findSecrets(text, sought, isCut);
  return spans.length === 0 ? body : Buffer.from(withoutSpans(text, spans), 'latin1');
}

export function maskText(text: string, sought: Sought): string {
  const bytes = Buffer.from(text);
  const masked = maskBody(bytes, sought, false);
  return masked === bytes ? text : Buffer.from(masked).toString();
}

/**
 * Returns the secrets in the form that `maskBody` takes: only those that are long enough, each once. A secret that
 * looks escaped is also searched for in its unescaped form, because that is its form in a body whose escapes were
 * undone.
 */
export function maskable(secrets: readonly (string | Uint8Array)[]): readonly string[] {
  const texts = secrets.map((secret) => Buffer.from(secret).toString('latin1'));
  const all = texts.flatMap((text) => [text, ...unescapedTexts(text)]);
  return [...new Set(all)].filter(({ length }) => length >= MIN_LENGTH);
}

function withoutSpans(text: string, spans: readonly Span[]): string {
  let masked = '';
  let end = 0;
  for (const { from, until } of [...spans].sort((one, other) => one.from - other.from)) {
    if (from >= end && until > from) masked += text.slice(end, from) + MASK;
    end = Math.max(end, until);
  }
  return masked + text.slice(end);
}
