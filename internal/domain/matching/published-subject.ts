import { type Parsed, parsed, refused } from '../text/parsed.js';
import { MAX_SUBJECT_LENGTH } from './subject.js';

/** Nearly all subjects are of this form. */
const PLAIN_SUBJECT = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const VISIBLE = /^[!-~]+$/;

/** The subjects of single messages that are accepted over HTTP, as a pattern of a JSON schema. */
export const PUBLISHED_SUBJECT = '^[!-)+,\\-/-=?-~]+(?:[.][!-)+,\\-/-=?-~]+)*$';

/**
 * Validates the subject of a message that does not come from NATS. NATS itself allows every subject of such characters,
 * and more events than the registered ones may cover it.
 */
export function parsePublishedSubject(text: string): Parsed<string> {
  if (text === '') return refused('a message needs a subject, such as orders.created');
  if (text.length > MAX_SUBJECT_LENGTH)
    return refused(`a subject has at most ${MAX_SUBJECT_LENGTH} characters, this has ${text.length}`);
  if (PLAIN_SUBJECT.test(text)) return parsed(text);
  if (/[*>]/.test(text)) return refused('a message has one subject, without the wildcards * and >');
  if (!VISIBLE.test(text)) return refused('a subject consists of visible ASCII characters without spaces');
  return text.split('.').includes('')
    ? refused('a subject may not have empty tokens (two dots in a row, or a dot at an end)')
    : parsed(text);
}
