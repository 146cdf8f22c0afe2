/**
 * A slow and obvious reading of `docs/filters.md`, against which the filters are tested. It knows neither paths nor an
 * index, parses the whole payload, and compares numbers as fractions.
 */

/** A parsed payload, in which a number is its text. */
export type Tree = string | boolean | null | { readonly number: string } | readonly Tree[] | ReadonlyMap<string, Tree>;

type Json = unknown;
type Members = Readonly<Record<string, Json>>;

export interface OracleMessage {
  readonly subject: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly payload: string;
}

/** Decides whether a message fulfils a filter that is written in the spelling of hukz. */
export function oracle(filter: Json, message: OracleMessage): boolean {
  const tree = parseTree(message.payload);
  return Object.entries(filter as Members).every(([name, value]) => {
    switch (name) {
      case 'data':
        return holds(value, tree, tree);
      case 'headers':
        return headersHold(value as Members, message, tree);
      case 'subject':
        return subjectHolds(value, message.subject, tree);
      case '$and':
        return (value as Json[]).every((one) => oracle(one, message));
      case '$or':
        return (value as Json[]).some((one) => oracle(one, message));
      default:
        return !oracle(value, message);
    }
  });
}

function headersHold(wanted: Members, { headers }: OracleMessage, root: Tree | undefined): boolean {
  return Object.entries(wanted).every(([name, condition]) => {
    const values = headers.filter(([each]) => each.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
    return holds(condition, values.length < 2 ? values[0] : values, root);
  });
}

function subjectHolds(wanted: Json, subject: string, root: Tree | undefined): boolean {
  if (typeof wanted !== 'object' || wanted === null) return holds(wanted, subject, root);
  const { tokens, ...others } = wanted as Members;
  const parts = subject.split('.');
  const numbered = Object.entries((tokens ?? {}) as Members);
  return (
    numbered.every(([number, condition]) => holds(condition, parts[Number(number) - 1], root)) &&
    Object.entries(others).every(([name, operand]) => holds({ [name]: operand }, subject, root))
  );
}

/** @param root the value at which the pointers of `$field` begin */
function holds(condition: Json, value: Tree | undefined, root: Tree | undefined): boolean {
  if (typeof condition !== 'object' || condition === null || '$number' in condition)
    return oneOf(value, (each) => isEqual(each, scalarOf(condition)));
  return Object.entries(condition).every(([name, operand]) => {
    if (!name.startsWith('$')) return holds(operand, memberOf(value, name), root);
    if (name.startsWith('$$')) return holds(operand, memberOf(value, name.slice(1)), root);
    return operatorHolds(name, operand, value, root);
  });
}

function operatorHolds(name: string, operand: Json, value: Tree | undefined, root: Tree | undefined): boolean {
  const list = Array.isArray(operand) ? (operand as Json[]) : [operand];
  const isText = (test: (text: string, wanted: string) => boolean) =>
    oneOf(value, (each) => typeof each === 'string' && list.some((wanted) => test(each, String(wanted))));
  const compared = (test: (difference: number) => boolean) => {
    const against = (other: Tree | undefined) =>
      oneOf(value, (each) => {
        const difference = differenceOf(each, other);
        return difference !== undefined && test(difference);
      });
    return isField(operand) ? oneOf(fieldOf(operand, root), against) : against(scalarOf(operand));
  };
  switch (name) {
    case '$eq':
      if (!isField(operand)) return holds(operand, value, root);
      return oneOf(fieldOf(operand, root), (other) => oneOf(value, (each) => isEqual(each, other)));
    case '$ne':
      return !operatorHolds('$eq', operand, value, root);
    case '$in':
      return oneOf(value, (each) => list.some((wanted) => isEqual(each, scalarOf(wanted))));
    case '$nin':
      return !operatorHolds('$in', operand, value, root);
    case '$gt':
      return compared((difference) => difference > 0);
    case '$gte':
      return compared((difference) => difference >= 0);
    case '$lt':
      return compared((difference) => difference < 0);
    case '$lte':
      return compared((difference) => difference <= 0);
    case '$prefix':
      return isText((text, wanted) => text.startsWith(wanted));
    case '$suffix':
      return isText((text, wanted) => text.endsWith(wanted));
    case '$contains':
      return isText((text, wanted) => text.includes(wanted));
    case '$like':
      return isText((text, wanted) => patternOf(wanted).test(text));
    case '$ci':
      return isText((text, wanted) => text.toLowerCase() === wanted.toLowerCase());
    case '$exists':
      return (value !== undefined) === operand;
    case '$type':
      return value !== undefined && list.includes(typeOf(value));
    case '$size':
      return Array.isArray(value) && value.length === operand;
    case '$all':
      return list.every((wanted) => oneOf(value, (each) => isEqual(each, scalarOf(wanted))));
    case '$elem':
      return Array.isArray(value) && value.some((element) => holds(operand, element, element));
    case '$and':
      return list.every((one) => holds(one, value, root));
    case '$or':
      return list.some((one) => holds(one, value, root));
    case '$not':
      return !holds(operand, value, root);
    case '$literal':
      return value !== undefined && isSame(value, treeOf(operand));
    default:
      throw new Error(`the oracle does not know ${name}`);
  }
}

function oneOf(value: Tree | undefined, test: (value: Tree) => boolean): boolean {
  if (value === undefined || value instanceof Map) return false;
  return Array.isArray(value) ? value.some((each) => isScalar(each) && test(each)) : test(value);
}

const isScalar = (value: Tree) => !Array.isArray(value) && !(value instanceof Map);

function memberOf(value: Tree | undefined, name: string): Tree | undefined {
  if (value instanceof Map) return value.get(name);
  return Array.isArray(value) && /^(?:0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined;
}

const isField = (operand: Json): operand is { readonly $field: string } =>
  typeof operand === 'object' && operand !== null && '$field' in operand;

function fieldOf({ $field }: { readonly $field: string }, root: Tree | undefined): Tree | undefined {
  return $field
    .split('/')
    .slice(1)
    .reduce((value: Tree | undefined, name) => memberOf(value, name), root);
}

/** The value that a filter means by a scalar. */
function scalarOf(json: Json): Tree {
  if (typeof json === 'number') return { number: String(json) };
  if (typeof json === 'object' && json !== null) return { number: String((json as Members).$number) };
  return json as string | boolean | null;
}

function treeOf(json: Json): Tree {
  if (Array.isArray(json)) return json.map(treeOf);
  if (typeof json !== 'object' || json === null || '$number' in json) return scalarOf(json);
  return new Map(Object.entries(json).map(([name, value]) => [name, treeOf(value)]));
}

function isEqual(one: Tree, other: Tree): boolean {
  return one === other || (isNumber(one) && isNumber(other) && scaled(one.number) === scaled(other.number));
}

function isSame(one: Tree, other: Tree): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((each, at) => isSame(each, other[at]));
  if (one instanceof Map && other instanceof Map)
    return (
      one.size === other.size && [...one].every(([name, each]) => other.has(name) && isSame(each, other.get(name)))
    );
  return isScalar(one) && isScalar(other) && isEqual(one, other);
}

function differenceOf(one: Tree, other: Tree | undefined): number | undefined {
  if (typeof one === 'string' && typeof other === 'string') return textDifference([...one], [...other]);
  if (!isNumber(one) || !isNumber(other)) return undefined;
  const [left, right] = [scaled(one.number), scaled(other.number)];
  return left === right ? 0 : left < right ? -1 : 1;
}

function textDifference(one: readonly string[], other: readonly string[]): number {
  const at = one.findIndex((character, index) => character !== other[index]);
  if (at < 0) return one.length - other.length;
  return (one[at]?.codePointAt(0) ?? 0) - (other[at]?.codePointAt(0) ?? -1);
}

const isNumber = (value: Tree | undefined): value is { readonly number: string } =>
  typeof value === 'object' && value !== null && 'number' in value;

const MAX_EXPONENT = 400;

/** The number times 10^400, as an integer. */
function scaled(number: string): bigint {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const zeros = MAX_EXPONENT + Number(exponent) - fraction.length;
  return BigInt(`${sign}${whole}${fraction}`) * 10n ** BigInt(zeros);
}

const patternOf = (pattern: string) =>
  new RegExp(
    `^${[...pattern].map((each) => (each === '*' ? '[^]*' : each.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&'))).join('')}$`,
  );

function typeOf(value: Tree): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Map) return 'object';
  return isNumber(value) ? 'number' : typeof value;
}

/** Undefined if the text is no JSON. Numbers are marked by a prefix before V8 parses the text. */
export function parseTree(text: string): Tree | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const marked = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? `"s${token.slice(1)}` : `"n${token}"`,
  );
  return unmark(JSON.parse(marked));
}

function unmark(value: unknown): Tree {
  if (typeof value === 'string') return value.startsWith('s') ? value.slice(1) : { number: value.slice(1) };
  if (typeof value !== 'object' || value === null) return value as boolean | null;
  if (Array.isArray(value)) return value.map(unmark);
  return new Map(Object.entries(value).map(([name, each]) => [name.slice(1), unmark(each)]));
}
