import { fc } from '../properties.js';

/** Few names and values, so that filters and payloads meet. */
const NAMES = ['a', 'b', '0', '1', '__proto__', 'é"', '$x', 'a/b~'];
const TEXTS = ['', 'a', 'ab', 'b', 'A', 'é', '😀', '\uffff', 'eu-1', 'a*b', '\\"', '\ud800'];
const LONG_NUMBERS = ['9007199254740993', '9007199254740992', '1e400', '0.10000000000000000001', '-1.5e-300'];
const NUMBERS = [0, -0, 1, -1, 1.5, 100, 0.1, 1e21, 12345];

const text = fc.constantFrom(...TEXTS);
const number = fc.oneof(
  fc.constantFrom(...NUMBERS),
  fc.constantFrom(...LONG_NUMBERS).map(($number) => ({ $number })),
);
const scalar = fc.oneof(text, text, number, number, fc.constantFrom(true, false, null));
const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 1, maxLength: 3 });
const escaped = (name: string) => (name.startsWith('$') ? `$${name}` : name);
const name = fc.constantFrom(...NAMES).map(escaped);
const pointer = fc.constantFrom('', '/a', '/b', '/a/b', '/a/0', '/b/__proto__', '/a~1b~0');
const bound = fc.oneof(
  number,
  text,
  pointer.map(($field) => ({ $field })),
);
const pattern = fc.constantFrom('*', 'a*', '*b', 'a*b', '**', 'e*-*', 'é', 'a', '.*');

const one = <T>(operator: string, operand: fc.Arbitrary<T>) => operand.map((value) => ({ [operator]: value }));
const members = (value: fc.Arbitrary<unknown>, names: fc.Arbitrary<string> = name) =>
  fc.array(fc.tuple(names, value), { minLength: 1, maxLength: 2 }).map((pairs) => Object.fromEntries(pairs));

const operators = [
  one('$eq', fc.oneof(scalar, bound)),
  one('$ne', fc.oneof(scalar, bound)),
  one('$in', list(scalar)),
  one('$nin', list(scalar)),
  ...['$gt', '$gte', '$lt', '$lte'].map((operator) => one(operator, bound)),
  ...['$prefix', '$suffix', '$contains'].map((operator) => one(operator, fc.oneof(text, list(text)))),
  one('$like', fc.oneof(pattern, list(pattern))),
  one('$ci', text),
  one('$exists', fc.boolean()),
  one(
    '$type',
    fc.oneof(...['string', 'number', 'boolean', 'null', 'array', 'object'].map((type) => fc.constant(type))),
  ),
  one('$size', fc.nat({ max: 3 })),
  one('$all', list(scalar)),
];
const literal = fc.letrec<{ literal: unknown }>((tie) => ({
  literal: fc.oneof(
    { maxDepth: 2 },
    scalar,
    fc.array(tie('literal'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', '0'), tie('literal'), { maxKeys: 2, noNullPrototype: true }),
  ),
})).literal;

const { condition } = fc.letrec<{ condition: unknown }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    scalar,
    ...operators,
    one('$literal', literal),
    members(tie('condition')),
    members(tie('condition')),
    one('$elem', tie('condition')),
    one('$and', list(tie('condition'))),
    one('$or', list(tie('condition'))),
    one('$not', tie('condition')),
  ),
}));
const flat = fc.oneof(scalar, ...operators);
const HEADERS = ['x-a', 'X-B'];

const { filter } = fc.letrec<{ filter: object }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 2 },
    one('data', condition),
    one('data', condition),
    one('headers', members(flat, fc.constantFrom(...HEADERS))),
    one(
      'subject',
      fc.oneof(
        flat,
        members(flat, fc.constantFrom('1', '2')).map((tokens) => ({ tokens })),
      ),
    ),
    one('$and', list(tie('filter'))),
    one('$or', list(tie('filter'))),
    one('$not', tie('filter')),
  ),
}));

/** Any filter, in the spelling of hukz. It may be larger than allowed. */
export const someFilter: fc.Arbitrary<object> = fc.oneof(
  filter,
  fc.tuple(filter, filter).map(([left, right]) => ({ ...left, ...right })),
);

const space = fc.constantFrom('', '', ' ', '\n');
const written = fc.oneof(
  text.map((value) => JSON.stringify(value)),
  fc.constantFrom('"\\u0061"', '"\\/"'),
  fc.constantFrom(...LONG_NUMBERS, ...NUMBERS.map(String), '1.0', '1e0', '100.00', '10e1', '-0.0', '0.1e1', '15e-1'),
  fc.constantFrom('true', 'false', 'null', '{}', '[ ]'),
);
const writtenName = fc.oneof(
  fc.constantFrom(...NAMES).map((each) => JSON.stringify(each)),
  fc.constantFrom('"\\u0061"'),
);
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    written,
    written,
    fc
      .array(fc.tuple(space, writtenName, space, tie('json'), space), { maxLength: 4 })
      .map((all) => `{${all.map(([a, key, b, value, c]) => `${a}${key}${b}:${value}${c}`).join(',')}}`),
    fc
      .array(fc.tuple(tie('json'), space), { maxLength: 4 })
      .map((all) => `[${all.map((each) => each.join('')).join(',')}]`),
  ),
}));

/** A message whose payload is mostly JSON, with repeated members, long numbers and escapes. */
export const someFilteredMessage = fc.record({
  subject: fc.constantFrom('a', 'a.b', 'ab.eu-1', 'b.a.A'),
  headers: fc.array(fc.tuple(fc.constantFrom('x-a', 'X-A', 'x-b'), text), { maxLength: 3 }),
  payload: fc.oneof(
    { weight: 9, arbitrary: fc.tuple(space, json, space).map((parts) => parts.join('')) },
    { weight: 1, arbitrary: fc.constantFrom('', '{', 'text', '{"a":1,}', '{"a":1}x') },
  ),
});
