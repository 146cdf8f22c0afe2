import { findSecrets, type Sought, type Span } from './find-secrets.js';
import { unescapedTexts } from './unescape.js';
import { WINDOW, Windows } from './windows.js';
import { MIN_LENGTH } from './writings.js';

/** Stands for a secret; shorter than any that is masked, so that a text never grows. */
export const MASK = '***';

/** @param secrets as `maskable` gives them */
export const soughtOf = (secrets: readonly string[]): Sought => ({ secrets, windows: new Windows(secrets) });

/** Whether a body is long enough for any of these secrets. */
export function mayHold(body: Uint8Array, secrets: readonly string[], isCut: boolean): boolean {
  return secrets.some(({ length }) => Math.min(length, WINDOW) <= body.length) || (isCut && secrets.length > 0);
}

/**
 * A body without the secrets in it, which it may hold in any of their writings. The same object where it holds none.
 * @param isCut whether more bytes may have followed, of which nothing is known
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
 * Secrets as `maskBody` looks for them, those that are long enough, each once. One that looks escaped itself is looked for
 * as what it would stand for too: it is that in a body whose escapes were undone.
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
