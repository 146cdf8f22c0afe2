import { isStorable, UNSTORABLE } from '../../domain/text/storable.js';
import { boundedText } from './bounds.js';

/** NUL in a pattern, in the notation that all dialects share. */
export const NUL = String.raw`\u0000`;
/** The pattern does not exclude lone surrogates, because dialects of patterns disagree about them. */
const WITHOUT_NUL = new RegExp(`^[^${NUL}]*$`);

export const text = (longest: number) =>
  boundedText(longest).regex(WITHOUT_NUL, { error: UNSTORABLE, abort: true }).refine(isStorable, UNSTORABLE);
