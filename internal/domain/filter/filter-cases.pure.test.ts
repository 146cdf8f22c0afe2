import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { oracle } from '../../testkit/filters/oracle.js';
import { evaluate } from './evaluate.js';
import { MessageValues } from './message-values.js';
import { parseFilter } from './parsing/parse-filter.js';
import { pathsOf } from './paths-of.js';

const ROW = /^\| `(?<filter>.*)` \| `(?<payload>.*)` \| (?<fires>yes|no) \|$/gm;
const CASES = [...readFileSync('docs/filters.md', 'utf8').matchAll(ROW)].map(({ groups }) => ({
  filter: groups?.filter ?? '',
  payload: groups?.payload ?? '',
  fires: groups?.fires === 'yes',
}));
const subject = 'order.paid';
const headers = [
  ['x-region', 'eu-1'],
  ['x-many', 'a'],
  ['X-Many', 'b'],
] as const;

it('the documentation has a table of cases', () => expect(CASES.length).toBeGreaterThan(50));

it.each(CASES)('$filter of $payload: $fires', ({ filter, payload, fires }) => {
  const json = JSON.parse(filter);
  const parsed = parseFilter(json);
  if (!parsed.ok) throw new Error(parsed.problem);
  const { condition } = parsed.value;
  const scope = { paths: pathsOf(condition), maxBytes: 1024 };
  expect(evaluate(condition, new MessageValues(subject, headers, Buffer.from(payload), scope))).toBe(fires);
  if (!filter.includes('$cidr') && !filter.includes('{"$ci": {'))
    expect(oracle(json, { subject, headers, payload })).toBe(fires);
});
