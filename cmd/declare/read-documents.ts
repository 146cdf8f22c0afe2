import { CORE_SCHEMA, loadAll, mergeTag, YAMLException } from 'js-yaml';
import { messageOf } from '../../internal/errors.js';
import type { Mistake } from './declaration-mistake.js';
import { lineAt, type Place, placesIn } from './places.js';
import { fillIn } from './variables.js';

/** A file as it is written. */
export interface SourceFile {
  /** The name for people. */
  readonly name: string;
  readonly text: string;
}

/** A document of a file, with the values of its variables. */
export interface SourceDocument {
  readonly value: unknown;
  /** The texts with variables, as they are written, by their paths in the document. */
  readonly templates: ReadonlyMap<string, string>;
  /** The file and the line of a value: `hooks.yml:12`. */
  where(path: readonly string[]): string;
}

/** A hundred times as many as the largest declaration needs. */
const MAX_VALUES = 1_000_000;
const SCHEMA = CORE_SCHEMA.withTags(mergeTag);

/** Reads the documents of a YAML file. JSON is a part of YAML. */
export function readDocuments(
  { name, text }: SourceFile,
  env: Readonly<Record<string, string | undefined>>,
  mistakes: Mistake[],
): readonly SourceDocument[] {
  const parsed = parse({ name, text }, mistakes);
  return parsed.flatMap(({ value, place }) => {
    if (value === null || value === undefined) return [];
    const where = (path: readonly string[]) => `${name}:${place ? lineAt(text, place, path) : 1}`;
    const report = (path: readonly string[], message: string) => void mistakes.push({ at: where(path), message });
    if (countValues(value) > MAX_VALUES) {
      report([], `aliases (*) make more than ${MAX_VALUES.toLocaleString('en')} values of this document`);
      return [];
    }
    refuseRounded(value, [], report);
    return [{ ...fillIn(value, env, report), where }];
  });
}

interface Parsed {
  readonly value: unknown;
  readonly place: Place | undefined;
}

function parse({ name, text }: SourceFile, mistakes: Mistake[]): readonly Parsed[] {
  try {
    const places = placesIn(text);
    return loadAll(text, { schema: SCHEMA }).map((value, nth) => ({ value, place: places[nth] }));
  } catch (error) {
    const isSyntax = error instanceof YAMLException;
    // The whole message would repeat the lines around the mistake, in which secrets may be.
    const message = isSyntax ? error.reason : messageOf(error);
    const line = isSyntax ? (error.mark?.line ?? 0) + 1 : 1;
    mistakes.push({ at: `${name}:${line}`, message: `this is no YAML or JSON: ${message}` });
    return [];
  }
}

/** The number of values in a document, each alias counted in full, without visiting what it leads to again. */
function countValues(value: unknown, counted = new Map<object, number>()): number {
  if (typeof value !== 'object' || value === null) return 1;
  const known = counted.get(value);
  if (known !== undefined) return known;
  const count = Object.values(value).reduce((sum: number, each) => sum + countValues(each, counted), 1);
  counted.set(value, count);
  return count;
}

/** JavaScript would round such a number silently. */
function refuseRounded(
  value: unknown,
  path: readonly string[],
  report: (path: readonly string[], message: string) => void,
): void {
  if (typeof value === 'number') {
    if (Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return;
    report(path, 'this number cannot be kept exactly: numbers go up to 9007199254740991');
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) refuseRounded(each, [...path, name], report);
  }
}
