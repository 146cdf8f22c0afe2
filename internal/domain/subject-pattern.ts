import { OWN_PREFIXES } from './audit/own-prefixes.js';
import type { SubjectRules } from './matching/subject.js';

const TOKEN = '[A-Za-z0-9_-]+';
const ANY = `(?:${TOKEN}|[*])`;
const LITERAL_FIRST = `${TOKEN}(?:[.]${ANY}){0,14}(?:[.](?:${ANY}|>))?`;
const WILDCARD_FIRST = `[*](?:[.]${TOKEN}){1,15}`;
const WHATEVER = `(?:>|${ANY}(?:[.]${ANY}){0,14}(?:[.](?:${ANY}|>))?)`;

/**
 * Returns a regular expression for the subjects that `parseSubject` accepts, for tools that read a schema. The
 * expression does not exclude wildcards that cover an inbox prefix of several tokens.
 */
export function subjectPattern({ allowAll, literalFirst, inboxes = [], allowed }: SubjectRules): string {
  const reserved = ['_INBOX', ...inboxes].map((prefix) => `${escaped(prefix)}(?:[.]|$)`);
  const shapes = allowAll ? [WHATEVER] : [LITERAL_FIRST, ...(literalFirst ? [] : [WILDCARD_FIRST])];
  return [
    `^(?!${[...OWN_PREFIXES.map(escaped), ...new Set(reserved)].join('|')})`,
    ...(allowed ? [`(?=(?:${allowed.map(covered).join('|')})$)`] : []),
    `(?:${shapes.join('|')})$`,
  ].join('');
}

/** Returns a pattern for the subjects that a wider subject covers. */
function covered(wide: string): string {
  const tokens = wide.split('.').map((token) => {
    if (token === '>') return '.+';
    return token === '*' ? '[^.>]+' : escaped(token);
  });
  return tokens.join('[.]');
}

const escaped = (text: string) => text.replaceAll('.', '[.]');
