import { boundedText } from './bounds.js';

/** Whether PostgreSQL can store it: neither NUL nor half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}

export const UNSTORABLE = 'text may not contain NUL or lone surrogates';

/** NUL in a pattern, as every dialect writes it. */
export const NUL = String.raw`\u0000`;
/** Lone surrogates are left out, because dialects of patterns disagree about them. */
const WITHOUT_NUL = new RegExp(`^[^${NUL}]*$`);

export const text = (longest: number) =>
  boundedText(longest).regex(WITHOUT_NUL, { error: UNSTORABLE, abort: true }).refine(isStorable, UNSTORABLE);
