import { type Parsed, parsed, refused } from '../text/parsed.js';
import { covers } from './subject-overlap.js';

const MAX_PREFIX = 128;
const PREFIX = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

/** Parses the prefix of the subjects on which replies arrive: the tokens of a subject without wildcards. */
export function parseInboxPrefix(text: string): Parsed<string> {
  if (text.length > MAX_PREFIX) return refused(`must have at most ${MAX_PREFIX} characters`);
  return PREFIX.test(text)
    ? parsed(text)
    : refused('must be tokens of A-Z, a-z, 0-9, _ and -, joined by dots and without wildcards');
}

/** Parses several inbox prefixes, separated by commas. */
export function parseInboxPrefixes(text: string): Parsed<readonly string[]> {
  const prefixes = text.split(',').flatMap((part) => part.trim() || []);
  for (const prefix of prefixes) {
    const judged = parseInboxPrefix(prefix);
    if (!judged.ok) return refused(`${JSON.stringify(prefix)} ${judged.problem}`);
  }
  return parsed(prefixes);
}

/** Whether an event with this subject would also match replies. */
export function coversInboxes(subject: string, prefix: string): boolean {
  return covers(subject, `${prefix}.${UNIQUE}`) || covers(subject, `${prefix}.${UNIQUE}.${UNIQUE}`);
}

/** Replaces the unique part of an inbox. No literal token of an event is expected to be equal to it. */
const UNIQUE = 'A0B1C2D3E4F5G6H7I8J9K0';
