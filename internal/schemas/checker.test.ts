import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { WorkerChecker } from './checker.js';

let checker: WorkerChecker;
beforeEach(() => {
  checker = new WorkerChecker(PATIENT);
});
afterEach(() => checker.stop());

/** The limits are those of a machine that is much slower than the usual ones. */
const PATIENT = { checkMs: 60_000, compileMs: 60_000 };
const schema = (id: number, text: object) => ({ id, text: JSON.stringify(text) });
const check = (of: ReturnType<typeof schema>, payload: string) => checker.check(of, Buffer.from(payload));

it('answers in the order of the calls, for several schemas, and for one that cannot be compiled', async () => {
  const ended: number[] = [];
  const [number, text, bad] = [schema(1, { type: 'number' }), schema(2, { type: 'string' }), schema(3, { type: 1 })];
  const calls = [number, text, bad, number, text].map(async (of, n) => {
    const result = await check(of, n === 3 ? 'no' : '1');
    ended.push(n);
    return result;
  });
  expect((await Promise.all(calls)).map(({ outcome }) => outcome)).toEqual([
    'valid',
    'invalid',
    'bad_schema',
    'invalid',
    'invalid',
  ]);
  expect(ended).toEqual([0, 1, 2, 3, 4]);
});

it('ends a check that takes too long, and answers the others of its batch', async () => {
  checker = new WorkerChecker({ checkMs: 1500, compileMs: 60_000 });
  const unique = schema(1, { uniqueItems: true });
  const hard = JSON.stringify(Array.from({ length: 60_000 }, (_, n) => ({ n })));
  await check(unique, '[]');
  const results = await Promise.all([check(unique, '[1,1]'), check(unique, hard), check(unique, '[1,2]')]);
  expect(results.map(({ outcome }) => outcome)).toEqual(['invalid', 'too_hard', 'valid']);
  expect(checker.restarts()).toBe(2);
});

const MILLION = 1_000_000;
it.each<[string, object, string, string]>([
  ['a million of members', { additionalProperties: { type: 'number' } }, members(MILLION), 'valid'],
  ['a million of mistakes', { additionalProperties: { type: 'string' } }, members(MILLION), 'invalid'],
  ['a depth of a million', { $ref: '#/$defs/a', $defs: { a: { items: { $ref: '#/$defs/a' } } } }, nested(), 'invalid'],
  ['a depth that no schema follows', { type: 'array' }, nested(), 'valid'],
  ['a number of 100,000 digits', { type: 'integer' }, '9'.repeat(100_000), 'invalid'],
  ['bytes that are no UTF-8', {}, '\u0000', 'invalid'],
  ['nothing', {}, '', 'invalid'],
])('%s is judged', async (_, text, payload, outcome) => {
  const bytes = Buffer.from(payload);
  expect((await checker.check(schema(1, text), bytes)).outcome).toBe(outcome);
});

function members(count: number): string {
  return `{${Array.from({ length: count }, (_, n) => `"m${n}":${n}`).join()}}`;
}

function nested(): string {
  return `${'['.repeat(MILLION)}${']'.repeat(MILLION)}`;
}
