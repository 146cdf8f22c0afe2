/** All operators, in the order in which messages list them. */
export const OPERATORS = [
  '$eq',
  '$ne',
  '$in',
  '$nin',
  '$gt',
  '$gte',
  '$lt',
  '$lte',
  '$prefix',
  '$suffix',
  '$contains',
  '$like',
  '$ci',
  '$exists',
  '$type',
  '$size',
  '$all',
  '$elem',
  '$and',
  '$or',
  '$not',
  '$cidr',
  '$field',
  '$literal',
  '$number',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** The spellings of Outpost, Hookdeck and Convoy, and ours for each of them. */
export const OTHER_SPELLINGS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['$neq', '$ne'],
  ['$exist', '$exists'],
  ['$startsWith', '$prefix'],
  ['$endsWith', '$suffix'],
  ['$ref', '$field'],
  ['$elemMatch', '$elem'],
]);

export const isOperator = (name: string): name is Operator => (OPERATORS as readonly string[]).includes(name);
