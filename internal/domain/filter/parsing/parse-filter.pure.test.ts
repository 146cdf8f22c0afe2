import { describe, expect, it } from '@jest/globals';
import { parseFilter } from './parse-filter.js';

const textOf = (json: unknown) => {
  const filter = parseFilter(json);
  return filter.ok ? JSON.parse(filter.value.text) : filter;
};
const nested = (depth: number): object => (depth === 0 ? { $eq: 1 } : { a: nested(depth - 1) });
const many = (count: number) => ({ data: { a: { $or: Array.from({ length: count }, (_, n) => n) } } });

describe('the spellings of other products', () => {
  it('are taken, and answered in ours', () => {
    const theirs = {
      data: {
        a: { $neq: 1 },
        b: { $exist: true },
        c: { $startsWith: 'x', $endsWith: ['y', 'z'] },
        d: { $gt: { $ref: 'e.f' } },
      },
      $not: { $or: [{ data: { g: { $elemMatch: { $neq: 'h' } } } }] },
    };
    expect(textOf(theirs)).toEqual({
      data: {
        a: { $ne: 1 },
        b: { $exists: true },
        c: { $prefix: 'x', $suffix: ['y', 'z'] },
        d: { $gt: { $field: '/e/f' } },
      },
      $not: { $or: [{ data: { g: { $elem: { $ne: 'h' } } } }] },
    });
  });

  it('stay in a literal, which is compared as it is', () => {
    const literal = { data: { a: { $literal: { $neq: 1 } } } };
    expect(textOf(literal)).toEqual(literal);
  });
});

describe('a filter is refused with its place and a way out', () => {
  it.each([
    [{ data: { order: { amount: { $gtee: 1 } } } }, '/data/order/amount/$gtee', 'did you mean $gte?'],
    [
      { data: { a: { $stratsWith: 'x' } } },
      '/data/a/$stratsWith',
      'there is no operator $stratsWith; the operators are $eq',
    ],
    [{ data: { a: { $regex: 'x' } } }, '/data/a/$regex', '$like'],
    [{ $nott: { data: 1 } }, '/$nott', 'did you mean $not?'],
    [{ order: { a: 1 } }, '/order', 'members of the payload are in data'],
    [{ $eq: 1 }, '/$eq', 'a filter is an object of data'],
    [{}, '', 'is empty'],
    [[], '', 'must be an object'],
    ['x', '', 'must be an object'],
    [null, '', 'must be an object'],
    [{ data: {} }, '/data', 'is empty'],
    [{ data: { a: ['x'] } }, '/data/a', '$literal'],
    [{ data: { a: { $in: 'x' } } }, '/data/a/$in', 'must be a list'],
    [{ data: { a: { $in: [] } } }, '/data/a/$in', 'must be a list'],
    [{ data: { a: { $in: [1, {}] } } }, '/data/a/$in/1', 'must be a string'],
    [{ data: { a: { $gt: true } } }, '/data/a/$gt', 'a number or a text'],
    [{ data: { a: { $prefix: 1 } } }, '/data/a/$prefix', 'must be a text'],
    [{ data: { a: { $exists: 'yes' } } }, '/data/a/$exists', 'true or false'],
    [{ data: { a: { $type: 'integer' } } }, '/data/a/$type', 'one of string, number'],
    [{ data: { a: { $size: -1 } } }, '/data/a/$size', 'whole number'],
    [{ data: { a: { $cidr: '10.0.0.1/8' } } }, '/data/a/$cidr', 'does not begin'],
    [{ data: { a: { $ci: { $gt: 'x' } } } }, '/data/a/$ci/$gt', 'not possible here'],
    [{ data: { a: { $field: '/b' } } }, '/data/a/$field', 'belongs behind $eq'],
    [{ data: { a: { $eq: { $field: 'b' } } } }, '/data/a/$eq', 'must be a JSON pointer'],
    [{ data: { a: { $number: '1', $gt: 2 } } }, '/data/a/$number', 'is a value'],
    [{ data: { a: { $number: '01' } } }, '/data/a', '$number must be a text'],
    [{ data: { a: 2 ** 53 } }, '/data/a', 'more than 15 digits'],
    [{ data: { a: Number.POSITIVE_INFINITY } }, '/data/a', 'more than 15 digits'],
    [{ headers: 'x' }, '/headers', 'names of headers'],
    [{ headers: { $exists: true } }, '/headers/$exists', 'names of headers'],
    [{ headers: { a: { b: 'x' } } }, '/headers/a/b', 'has no members'],
    [{ subject: { token: { 1: 'x' } } }, '/subject/token', 'only the member tokens'],
    [{ subject: { tokens: { 0: 'x' } } }, '/subject/tokens/0', 'counted from 1'],
    [{ subject: { tokens: 'x' } }, '/subject/tokens', 'numbers of tokens'],
    [{ data: nested(10) }, '', 'nested at most 10 deep'],
    [many(101), '/data/a/$or', 'at most 100 entries'],
    [{ $and: [many(60), many(60)] }, '/$and/1/data/a/$or/40', 'at most 100 conditions'],
    [{ data: { a: { $in: Array.from({ length: 1001 }, (_, n) => n) } } }, '/data/a/$in', 'at most 1000 entries'],
    [{ data: { a: 'x'.repeat(16 * 1024) } }, '', 'at most 16384 bytes'],
    [{ data: { ['x'.repeat(5000)]: { $x: 1 } } }, `/data/${'x'.repeat(99)}…/$x`, 'no operator'],
  ])('%j', (json, at, problem) => {
    expect(parseFilter(json)).toMatchObject({ ok: false, at, problem: expect.stringContaining(problem) });
  });
});

it('a filter may reach each limit', () => {
  for (const json of [
    { data: nested(8) },
    many(100),
    { data: { a: { $in: Array.from({ length: 1000 }, (_, n) => n) } } },
    { data: { a: 123_456_789_012_345, b: 1e300, c: { $number: '-12345678901234567890.5e-7' } } },
  ])
    expect(parseFilter(json)).toMatchObject({ ok: true });
});
