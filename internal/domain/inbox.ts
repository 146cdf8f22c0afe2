import { type Parsed, parsed, refused } from './result.js';
import { covers } from './subject-overlap.js';

const MAX_PREFIX = 128;
const PREFIX = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

/** The prefix of the subjects on which replies come: tokens of a subject without wildcards. */
export function parseInboxPrefix(text: string): Parsed<string> {
  if (text.length > MAX_PREFIX) return refused(`must have at most ${MAX_PREFIX} characters`);
  return PREFIX.test(text)
    ? parsed(text)
    : refused('must be tokens of A-Z, a-z, 0-9, _ and -, joined by dots and without wildcards');
}

/** Whether an event of this subject would fire by replies to ourselves, and feed on what it receives. */
export function coversInboxes(subject: string, prefix: string): boolean {
  return covers(subject, `${prefix}.${UNIQUE}`) || covers(subject, `${prefix}.${UNIQUE}.${UNIQUE}`);
}

/** In place of the letters that make an inbox unique, which no literal token of an event will be. */
const UNIQUE = 'A0B1C2D3E4F5G6H7I8J9K0';
