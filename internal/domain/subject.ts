import { coversInboxes } from './inbox.js';
import { type Parsed, parsed, refused } from './result.js';
import { isResultSubject } from './result-subject.js';

export const LONGEST_SUBJECT = 255;
const MOST_TOKENS = 16;
const TOKEN = /^[A-Za-z0-9_-]+$/;

export interface SubjectRules {
  /** Whether `>` or `*` alone, every subject of the server, may be registered. */
  readonly allowAll: boolean;
  /** The prefix of the subjects on which replies come to us. */
  readonly inboxPrefix?: string;
}

/**
 * Judges a subject before it is stored: 1–255 ASCII characters, at most 16 tokens of `[A-Za-z0-9_-]+`, `*` as a whole
 * token, `>` as the last one. nats-server closes the connection, or listens in on requests, for what is refused here.
 */
export function parseSubject(text: string, rules: SubjectRules): Parsed<string> {
  if (text.length === 0) return refused('a subject may not be empty');
  if (text.length > LONGEST_SUBJECT)
    return refused(`a subject has at most ${LONGEST_SUBJECT} characters, this has ${text.length}`);
  const tokens = text.split('.');
  if (tokens.length > MOST_TOKENS)
    return refused(`a subject has at most ${MOST_TOKENS} tokens, this has ${tokens.length}`);
  if (isResultSubject(text)) return refused('subjects below hukz.result are ours, and never fire a webhook');
  if (tokens[0] === '_INBOX') return refused('subjects below _INBOX belong to requests and replies');
  if (tokens.length === 1 && (text === '>' || text === '*') && !rules.allowAll) {
    return refused(`"${text}" alone would register every subject; set ALLOW_ALL_SUBJECTS to allow it`);
  }
  for (const [index, token] of tokens.entries()) {
    const problem = tokenProblem(token, index === tokens.length - 1);
    if (problem) return refused(problem);
  }
  if (!rules.allowAll && rules.inboxPrefix !== undefined && coversInboxes(text, rules.inboxPrefix))
    return refused(`it covers the subjects below ${rules.inboxPrefix}, on which replies come to hukz`);
  return parsed(text);
}

function tokenProblem(token: string, isLast: boolean): string | undefined {
  if (token === '*') return undefined;
  if (token === '>') return isLast ? undefined : '">" may only be the last token of a subject';
  if (token === '') return 'a subject may not have empty tokens (two dots in a row, or a dot at an end)';
  if (token.startsWith('$')) return 'tokens that begin with $ belong to the NATS server';
  if (!TOKEN.test(token)) return 'tokens of a subject consist of A-Z, a-z, 0-9, _ and -, joined by dots';
  return undefined;
}

/** Judges a queue group by the rules of one token sequence: it becomes part of NATS' protocol line too. */
export function parseQueueGroup(text: string): Parsed<string> {
  const subject = parseSubject(text, { allowAll: false });
  if (!subject.ok) return refused(subject.problem.replaceAll('subject', 'queue group'));
  return isWildcard(text) ? refused('a queue group may not contain wildcards') : subject;
}

export function isWildcard(subject: string): boolean {
  return subject.includes('*') || subject.endsWith('>');
}

/** The first token: the contract's `contains`. */
export function firstToken(subject: string): string {
  const dot = subject.indexOf('.');
  return dot < 0 ? subject : subject.slice(0, dot);
}
