import { allOf, type Condition, not } from '../condition.js';
import type { Filter } from '../filter.js';
import { inOurSpelling } from './our-spelling.js';
import { operatorOf, parseCondition } from './parse-condition.js';
import { headersPlace, MAX_CONDITIONS, type Place, placeIn, subjectPlace } from './place.js';
import { type FilterProblem, Part, Refusal } from './refusal.js';

export const MAX_FILTER_BYTES = 16 * 1024;
export const MAX_FILTER_DEPTH = 10;
const FILTER = 'an object of data, headers, subject, $and, $or and $not';

export type ParsedFilter = { readonly ok: true; readonly value: Filter } | ({ readonly ok: false } & FilterProblem);

/** Parses a filter as a user sends it, or as it is stored. */
export function parseFilter(json: unknown): ParsedFilter {
  if (isDeeper(json, MAX_FILTER_DEPTH)) return refused(`is nested at most ${MAX_FILTER_DEPTH} deep`);
  const ours = inOurSpelling(json);
  const text = JSON.stringify(ours);
  if (Buffer.byteLength(text) > MAX_FILTER_BYTES) return refused(`has at most ${MAX_FILTER_BYTES} bytes of JSON`);
  let conditions = 0;
  const count = () => ++conditions <= MAX_CONDITIONS;
  try {
    return { ok: true, value: { text, condition: parseRoots(new Part(ours), count) } };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, at: error.at, problem: error.problem };
    throw error;
  }
}

/** Parses a filter from the text of its JSON, in which each member is as it was sent. */
export function parseFilterText(text: string): ParsedFilter {
  try {
    return parseFilter(JSON.parse(text));
  } catch {
    return refused('is no JSON');
  }
}

const refused = (problem: string): ParsedFilter => ({ ok: false, at: '', problem });

function parseRoots(part: Part, count: Place['count']): Condition {
  return allOf(part.members(FILTER).map(([name, member]) => parseRoot(name, member, count)));
}

function parseRoot(name: string, part: Part, count: Place['count']): Condition {
  switch (name) {
    case 'data':
      return parseCondition(part, placeIn('', count));
    case 'headers':
      return parseCondition(part, headersPlace(count));
    case 'subject':
      return parseCondition(part, subjectPlace(count));
    case '$and':
      return allOf(alternatives(part, count));
    case '$or':
      return { kind: 'any', of: alternatives(part, count) };
    case '$not':
      return not(parseRoots(part, count));
    default:
      if (name.startsWith('$')) operatorOf(name, part);
      return part.refuse(`is unknown; a filter is ${FILTER}, and members of the payload are in data`);
  }
}

function alternatives(part: Part, count: Place['count']): readonly Condition[] {
  return part.entries(MAX_CONDITIONS, 'a list of filters').map((entry) => parseRoots(entry, count));
}

function isDeeper(json: unknown, depth: number): boolean {
  if (typeof json !== 'object' || json === null) return false;
  return depth === 0 || Object.values(json).some((value) => isDeeper(value, depth - 1));
}
