import { OWN_PREFIXES } from '../audit/own-prefixes.js';
import { type Parsed, parsed, refused } from '../text/parsed.js';
import { coversInboxes } from './inbox.js';
import { covers } from './subject-overlap.js';

export const MAX_SUBJECT_LENGTH = 255;
const MAX_TOKENS = 16;
const TOKEN = /^[A-Za-z0-9_-]+$/;

export interface SubjectRules {
  /** Whether nearly all subjects of the server may be registered with one event: `>`, `*`, `*.>`, `*.*`, `*.a.*`. */
  readonly allowAll: boolean;
  /** Whether messages come from our own stream, which cannot capture a subject whose first token is a wildcard. */
  readonly literalFirst?: boolean;
  /** Prefixes of the subjects on which replies to hukz or to other clients arrive. */
  readonly inboxes?: readonly string[];
  /**
   * The operator's list of subjects, one of which must cover the event. When it is absent, every subject is allowed.
   */
  readonly allowed?: readonly string[];
}

/**
 * Validates a subject before it is stored: 1–255 ASCII characters, at most 16 tokens of `[A-Za-z0-9_-]+`, `*` only as a
 * whole token and `>` only as the last token. Subjects that are refused here would make nats-server close the
 * connection, or would make hukz listen in on requests.
 */
export function parseSubject(text: string, rules: SubjectRules): Parsed<string> {
  if (text.length === 0) return refused('a subject may not be empty');
  if (text.length > MAX_SUBJECT_LENGTH)
    return refused(`a subject has at most ${MAX_SUBJECT_LENGTH} characters, this has ${text.length}`);
  const tokens = text.split('.');
  if (tokens.length > MAX_TOKENS)
    return refused(`a subject has at most ${MAX_TOKENS} tokens, this has ${tokens.length}`);
  const own = OWN_PREFIXES.find((prefix) => text.startsWith(prefix));
  if (own) return refused(`subjects below ${own.slice(0, -1)} are reserved for hukz and never trigger a webhook`);
  const inbox = ['_INBOX', ...(rules.inboxes ?? [])].find((prefix) => isBelow(text, prefix));
  if (inbox !== undefined) return refused(`subjects below ${inbox} belong to requests and replies`);
  for (const [index, token] of tokens.entries()) {
    const problem = tokenProblem(token, index === tokens.length - 1);
    if (problem) return refused(problem);
  }
  return widthProblem(text, rules) ?? parsed(text);
}

function widthProblem(text: string, { allowAll, inboxes = [], allowed }: SubjectRules): Parsed<string> | undefined {
  if (!allowAll && coversAnything(text))
    return refused(
      `"${text}" covers nearly every subject: after a leading wildcard, only literal tokens are allowed, as in "*.deleted"; the operator can allow more with ALLOW_ALL_SUBJECTS`,
    );
  if (allowed && !allowed.some((wide) => covers(wide, text)))
    return refused(
      `"${text}" is not among the subjects that the operator allows (EVENT_SUBJECTS): ${allowed.join(', ')}`,
    );
  const inbox = allowAll ? undefined : inboxes.find((prefix) => coversInboxes(text, prefix));
  return inbox === undefined ? undefined : refused(`it covers the subjects below ${inbox}, on which replies come`);
}

const isBelow = (text: string, prefix: string) => text === prefix || text.startsWith(`${prefix}.`);

/** A leading wildcard covers subjects of all other applications, unless every other token is literal. */
function coversAnything(text: string): boolean {
  const [first = '', ...rest] = text.split('.');
  return isWildcard(first) && (rest.length === 0 || rest.some(isWildcard));
}

function tokenProblem(token: string, isLast: boolean): string | undefined {
  if (token === '*') return undefined;
  if (token === '>') return isLast ? undefined : '">" may only be the last token of a subject';
  if (token === '') return 'a subject may not have empty tokens (two dots in a row, or a dot at an end)';
  if (token.startsWith('$')) return 'tokens that begin with $ belong to the NATS server';
  if (!TOKEN.test(token)) return 'tokens of a subject consist of A-Z, a-z, 0-9, _ and -, joined by dots';
  return undefined;
}

const MAX_QUEUE_GROUP = 255;

/**
 * Takes what NATS takes as a queue group, which is a word of its protocol line: any characters except white space and
 * control characters. Wildcards are refused, because some servers refuse them.
 */
export function parseQueueGroup(text: string): Parsed<string> {
  if (text === '') return refused('a queue group may not be empty');
  if (text.length > MAX_QUEUE_GROUP) return refused(`a queue group has at most ${MAX_QUEUE_GROUP} characters`);
  if (/[\s\p{Cc}]/u.test(text)) return refused('a queue group may not contain white space or control characters');
  return /[*>]/.test(text) ? refused('a queue group may not contain wildcards') : parsed(text);
}

export function isWildcard(subject: string): boolean {
  return subject.includes('*') || subject.endsWith('>');
}

/** Parses the operator's list of subjects, separated by commas. */
export function parseSubjects(text: string): Parsed<readonly string[]> {
  const subjects = text.split(',').flatMap((part) => part.trim() || []);
  for (const subject of subjects) {
    const judged = parseSubject(subject, { allowAll: true });
    if (!judged.ok) return refused(`${JSON.stringify(subject)}: ${judged.problem}`);
  }
  return parsed(subjects);
}

/** Returns the first token, which is `contains` in the contract. */
export function firstToken(subject: string): string {
  const dot = subject.indexOf('.');
  return dot < 0 ? subject : subject.slice(0, dot);
}
