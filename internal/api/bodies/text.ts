import { boundedText } from './bounds.js';

/** Whether PostgreSQL can store the text: it contains neither NUL nor half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}

export const UNSTORABLE = 'text may not contain NUL or lone surrogates';

/** NUL in a pattern, in the notation that all dialects share. */
export const NUL = String.raw`\u0000`;
/** The pattern does not exclude lone surrogates, because dialects of patterns disagree about them. */
const WITHOUT_NUL = new RegExp(`^[^${NUL}]*$`);

export const text = (longest: number) =>
  boundedText(longest).regex(WITHOUT_NUL, { error: UNSTORABLE, abort: true }).refine(isStorable, UNSTORABLE);
