import type { Occurrence } from '../format.js';
import { clean, shorten } from '../plain-text.js';
import { readPayload } from '../read-payload.js';
import { type Fields, fieldsOf } from './fields.js';

/** A message as the chat layouts of the Go service see it: `tag.created` is the verb `created` on the entity `tag`. */
export interface Occasion {
  readonly entity: string;
  /** Empty if the subject has one token. */
  readonly verb: string;
  readonly payload: Fields;
}

/** Subjects have at most 255 characters, unless they come from elsewhere than the API. */
const MAX_TOKEN = 120;

/** The Go service takes the first token for the entity, the second for the verb, and ignores the others. */
export function occasionOf(message: Occurrence): Occasion {
  const [entity = '', verb = ''] = message.subject.split('.', 2).map((token) => shorten(clean(token), MAX_TOKEN));
  return { entity, verb, payload: fieldsOf(readPayload(message)) };
}

/**
 * Capitalizes each word. As in Go, an underscore belongs to a word, and a hyphen does not: `Fact-Check`, `Re_opened`.
 */
export function titleCase(token: string): string {
  return token.replace(/(?<![\p{L}\p{N}_])\p{L}/gu, (first) => first.toUpperCase());
}

/** `Created Tag`, or `Tagged` for a subject with one token. */
export function whatHappened({ entity, verb }: Occasion): string {
  return [verb, entity].map(titleCase).filter(Boolean).join(' ');
}
