import { covers } from './subject-overlap.js';

/** A rewriting of subjects by a stream or on the way into it. */
export interface SubjectTransform {
  /** Absent or '': every subject. */
  readonly src?: string;
  readonly dest: string;
}

/** One token in, one out. Other functions may make several tokens, or none that can be told. */
const ONE_TOKEN = /^(\$\d+|\{\{\s*(wildcard|partition)\s*\(.*\)\s*\}\})$/i;
const WILDCARD = /^(?:\$(\d+)|\{\{\s*wildcard\s*\(\s*(\d+)\s*\)\s*\}\})$/i;

export const sourceOf = ({ src }: SubjectTransform) => src || '>';

/** What a transform can store, as a subject with wildcards: at least all of it. */
export function storedBy({ dest }: SubjectTransform): string {
  const tokens: string[] = [];
  for (const token of tokensOf(dest)) {
    if (token.startsWith('{{') && !ONE_TOKEN.test(token)) return [...tokens, '>'].join('.');
    tokens.push(ONE_TOKEN.test(token) ? '*' : token);
  }
  return tokens.join('.');
}

/** The subject under which messages of this one are stored; undefined when that is not one subject. */
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

/** A function in braces may hold dots. */
function tokensOf(dest: string): readonly string[] {
  return dest.match(/(?:\{\{.*?\}\}|[^.{]|\{(?!\{))+/g) ?? [];
}
