import { nearestWord } from '../text/nearest-word.js';
import type { SchemaProblem } from './event-schema.js';
import { KEYWORDS } from './keywords.js';

/** Deeper schemas would let the compiler overflow its stack. */
const MAX_DEPTH = 64;
const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ['https://json-schema.org/draft/2020-12/schema', '2020-12'],
  ['http://json-schema.org/draft-07/schema', 'draft-07'],
  ['https://json-schema.org/draft-07/schema', 'draft-07'],
]);

export type Dialect = '2020-12' | 'draft-07';

/** Returns the reason why a pattern cannot be used, or undefined. */
export type RefusePattern = (pattern: string) => string | undefined;

/** The dialect that `$schema` names, or 2020-12 without it. */
export function dialectOf(schema: unknown): Dialect | SchemaProblem {
  const named = isObject(schema) ? schema.$schema : undefined;
  if (named === undefined) return '2020-12';
  const dialect = typeof named === 'string' ? DIALECTS.get(named.replace(/#$/, '')) : undefined;
  return dialect ?? { at: '/$schema', problem: `must be one of ${[...DIALECTS.keys()].join(', ')}` };
}

/**
 * Returns the first part of a schema that hukz does not take, although JSON Schema would: a reference to another
 * document, a pattern that has no linear engine, or an unknown keyword, which would judge nothing. Whether
 * the values of keywords are right is left to the metaschema.
 */
export function findForbidden(schema: unknown, refusePattern: RefusePattern): SchemaProblem | undefined {
  return new Search(refusePattern).inSchema(schema, '', 1);
}

class Search {
  constructor(private readonly refusePattern: RefusePattern) {}

  inSchema(schema: unknown, at: string, depth: number): SchemaProblem | undefined {
    if (depth > MAX_DEPTH) return { at, problem: `a schema has at most ${MAX_DEPTH} levels` };
    if (typeof schema === 'boolean') return undefined;
    if (!isObject(schema)) return { at, problem: 'must be a schema: an object, true or false' };
    for (const [keyword, value] of Object.entries(schema)) {
      const found = this.inKeyword(keyword, value, { at: `${at}/${escaped(keyword)}`, depth });
      if (found) return found;
    }
    return undefined;
  }

  private inKeyword(keyword: string, value: unknown, place: Place): SchemaProblem | undefined {
    const holds = KEYWORDS.get(keyword);
    const { at, depth } = place;
    if (holds === undefined) return keyword.startsWith('x-') ? undefined : { at, problem: unknownWord(keyword) };
    if (holds === 'plain') return this.inPlain(keyword, value, at);
    if (Array.isArray(value)) return this.inList(value, place, holds === 'schema or texts');
    if (holds === 'schemas' || holds === 'schema or texts') return this.inMembers(keyword, value, place);
    return this.inSchema(value, at, depth + 1);
  }

  private inPlain(keyword: string, value: unknown, at: string): SchemaProblem | undefined {
    if (typeof value !== 'string') return undefined;
    if ((keyword === '$ref' || keyword === '$dynamicRef') && !value.startsWith('#'))
      return { at, problem: 'must begin with #: hukz fetches no other documents, so put the schema into $defs' };
    return keyword === 'pattern' ? this.patternAt(value, at) : undefined;
  }

  private patternAt(pattern: string, at: string): SchemaProblem | undefined {
    const problem = this.refusePattern(pattern);
    return problem === undefined ? undefined : { at, problem };
  }

  private inList(list: readonly unknown[], { at, depth }: Place, ofTexts: boolean): SchemaProblem | undefined {
    if (ofTexts) return undefined;
    for (const [index, each] of list.entries()) {
      const found = this.inSchema(each, `${at}/${index}`, depth + 1);
      if (found) return found;
    }
    return undefined;
  }

  private inMembers(keyword: string, members: unknown, { at, depth }: Place): SchemaProblem | undefined {
    if (!isObject(members)) return { at, problem: 'must be an object of schemas' };
    for (const [name, member] of Object.entries(members)) {
      const place = `${at}/${escaped(name)}`;
      // The compiler leaves this name out, and would then not check what the schema says about it.
      if (name === '__proto__') return { at: place, problem: 'this name cannot be described' };
      if (keyword === 'dependencies' && Array.isArray(member)) continue;
      const found =
        (keyword === 'patternProperties' ? this.patternAt(name, place) : undefined) ??
        this.inSchema(member, place, depth + 1);
      if (found) return found;
    }
    return undefined;
  }
}

interface Place {
  readonly at: string;
  readonly depth: number;
}

function unknownWord(keyword: string): string {
  const nearest = nearestWord(keyword.slice(0, 40), [...KEYWORDS.keys()]);
  const meant = nearest === undefined ? '' : `: is "${nearest}" meant`;
  return `is no keyword of JSON Schema${meant}? The names of other keywords begin with x-`;
}

const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
