import { covers } from './subject-overlap.js';

/** A rule by which a stream rewrites subjects, when it captures messages or when it copies them. */
export interface SubjectTransform {
  /** The subjects that the rule applies to. When it is absent or empty, the rule applies to every subject. */
  readonly src?: string;
  readonly dest: string;
}

/** Functions that turn one token into one token. Other functions may produce several tokens, or an unknown number. */
const ONE_TOKEN = /^(\$\d+|\{\{\s*(wildcard|partition)\s*\(.*\)\s*\}\})$/i;
const WILDCARD = /^(?:\$(\d+)|\{\{\s*wildcard\s*\(\s*(\d+)\s*\)\s*\}\})$/i;

export const sourceOf = ({ src }: SubjectTransform) => src || '>';

/** Returns a subject with wildcards that covers every subject that the transform can produce. */
export function storedBy({ dest }: SubjectTransform): string {
  const tokens: string[] = [];
  for (const token of tokensOf(dest)) {
    if (token.startsWith('{{') && !ONE_TOKEN.test(token)) return [...tokens, '>'].join('.');
    tokens.push(ONE_TOKEN.test(token) ? '*' : token);
  }
  return tokens.join('.');
}

/** Returns the subject under which messages on `subject` are stored, or undefined when that is not a single subject. */
export function transformed(transform: SubjectTransform, subject: string): string | undefined {
  const src = sourceOf(transform);
  if (!covers(src, subject)) return undefined;
  const tokens = subject.split('.');
  const wildcards = src.split('.').flatMap((token, index) => (token === '*' ? [tokens[index] ?? ''] : []));
  const rest = src.endsWith('>') ? tokens.slice(src.split('.').length - 1) : [];
  const stored: string[] = [];
  for (const token of tokensOf(transform.dest)) {
    const [, short, long] = WILDCARD.exec(token) ?? [];
    const place = Number(short ?? long);
    if (token === '>') stored.push(...rest);
    else if (place > 0) stored.push(wildcards[place - 1] ?? '*');
    else if (token.startsWith('{{')) return undefined;
    else stored.push(token);
  }
  return stored.join('.');
}

/** Splits a destination into tokens. A function in braces may contain dots. */
function tokensOf(dest: string): readonly string[] {
  return dest.match(/(?:\{\{.*?\}\}|[^.{]|\{(?!\{))+/g) ?? [];
}
