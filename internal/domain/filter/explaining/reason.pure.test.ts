import { describe, expect, it } from '@jest/globals';
import { evaluate } from '../evaluate.js';
import { MessageValues } from '../message-values.js';
import { parseFilter } from '../parsing/parse-filter.js';
import { pathsOf } from '../paths-of.js';
import { DecisiveTest, type FilterReason } from './decisive-test.js';

const HEADERS: readonly (readonly [string, string])[] = [['x-region', 'eu-1']];

function reasonOf(json: object, payload: string, maxBytes = 1 << 20): FilterReason | undefined {
  const parsed = parseFilter(json);
  if (!parsed.ok) throw new Error(parsed.problem);
  const { condition } = parsed.value;
  const values = new MessageValues('order.paid', HEADERS, Buffer.from(payload), {
    paths: pathsOf(condition),
    maxBytes,
  });
  const decisive = new DecisiveTest();
  decisive.decided(evaluate(condition, values, decisive));
  return decisive.reason;
}

const text = (length: number) => 'x'.repeat(length);

describe('the reason of a decision', () => {
  it.each<[object, string, FilterReason]>([
    [
      { data: { order: { amount: { $gte: 100 } } } },
      '{"order":{"amount":99}}',
      { at: '/order/amount', wanted: { $gte: 100 }, found: 99 },
    ],
    [{ data: { a: 1, b: 2 } }, '{"a":1,"b":3}', { at: '/b', wanted: { $eq: 2 }, found: 3 }],
    [{ data: { a: 1 } }, 'text', { at: '/a', wanted: { $eq: 1 } }],
    [{ data: { a: null } }, '{"a":null}', { at: '/a', wanted: { $eq: null }, found: null }],
    [{ data: { a: { $in: ['b', 3] } } }, '{"a":3}', { at: '/a', wanted: { $in: ['b', 3] }, found: 3 }],
    [{ $not: { data: { a: 1 } } }, '{"a":[2,1]}', { at: '/a', wanted: { $ne: 1 }, found: [2, 1] }],
    [{ data: { a: { $not: { $not: 1 } } } }, '{"a":1}', { at: '/a', wanted: { $eq: 1 }, found: 1 }],
    [{ data: { a: { $nin: ['#', '"'] } } }, '{"a":"#"}', { at: '/a', wanted: { $nin: ['#', '"'] }, found: '#' }],
    [
      { data: { a: { $exists: false } } },
      '{"a":{"b":1}}',
      { at: '/a', wanted: { $exists: false }, found: { $type: 'object' } },
    ],
    [{ data: { a: { $not: { $lt: 3 } } } }, '{"a":1}', { at: '/a', wanted: { $not: { $lt: 3 } }, found: 1 }],
    [{ data: { a: { $ci: 'PAID' } } }, '{"a":"x"}', { at: '/a', wanted: { $ci: { $eq: 'paid' } }, found: 'x' }],
    [
      { headers: { 'X-Region': { $prefix: ['us-', 'ap-'] } } },
      '{}',
      { at: 'headers/x-region', wanted: { $prefix: ['us-', 'ap-'] }, found: 'eu-1' },
    ],
    [
      { subject: { tokens: { 2: { $like: 'm*' } } } },
      '{}',
      { at: 'subject/2', wanted: { $like: 'm*' }, found: 'paid' },
    ],
    [
      { data: { a: { $elem: { b: 1, $$c: { $or: [{ $gt: 2 }, 'x'] } } } } },
      '{"a":[{"b":2}]}',
      {
        at: '/a',
        wanted: { $elem: { $and: [{ b: { $eq: 1 } }, { $or: [{ $$c: { $gt: 2 } }, { $$c: { $eq: 'x' } }] }] } },
        found: [{ $type: 'object' }],
      },
    ],
    [
      { data: { a: { $gt: { $number: '9007199254740993' } } } },
      '{"a":9007199254740992}',
      { at: '/a', wanted: { $gt: { $number: '9007199254740993' } }, found: { $number: '9007199254740992' } },
    ],
    [
      { data: { a: { $lt: { $field: '/b' } } } },
      '{"a":2,"b":1}',
      { at: '/a', wanted: { $lt: { $field: '/b' } }, found: 2 },
    ],
    [{ data: { a: { $cidr: '10.0.0.0/8' } } }, '{"a":"x"}', { at: '/a', wanted: { $cidr: '10.0.0.0/8' }, found: 'x' }],
    [{ data: { a: { $size: 3 } } }, '{"a":[1]}', { at: '/a', wanted: { $size: 3 }, found: [1] }],
    [{ data: { a: { $type: ['string'] } } }, '{"a":1}', { at: '/a', wanted: { $type: 'string' }, found: 1 }],
    [
      { data: { a: { $literal: { b: [1, 'x'] } } } },
      '{"a":1}',
      { at: '/a', wanted: { $literal: { b: [1, 'x'] } }, found: 1 },
    ],
    [{ data: 5 }, '6', { at: '', wanted: { $eq: 5 }, found: 6 }],
  ])('%j of %s', (filter, payload, reason) => {
    expect(reasonOf(filter, payload)).toEqual(reason);
  });

  it('is the condition that fulfils one of several alternatives', () => {
    const filter = { $or: [{ data: { a: 1 } }, { data: { b: 2 } }, { data: { c: 3 } }] };
    expect(reasonOf(filter, '{"b":2}')).toEqual({ at: '/b', wanted: { $eq: 2 }, found: 2 });
  });

  it('is a value beyond the limits, if such a value leaves the decision open', () => {
    const filter = { data: { a: 1 }, headers: { 'x-region': 'eu-1' } };
    expect(reasonOf(filter, '{"a":1}', 3)).toEqual({ at: '/a', wanted: { $eq: 1 }, isUndecided: true });
    expect(reasonOf({ ...filter, headers: { 'x-region': 'us' } }, '{"a":1}', 3)).toMatchObject({
      at: 'headers/x-region',
    });
  });

  it('is bounded in size', () => {
    const found = (value: string) => reasonOf({ data: { a: 1 } }, `{"a":${value}}`)?.found;
    expect(found(`"${text(1000)}"`)).toBe(`${text(200)}…`);
    expect(found(`"${text(199)}😀${text(9)}"`)).toBe(`${text(199)}…`);
    expect(found('7'.repeat(100_000))).toEqual({ $number: `${'7'.repeat(200)}…` });
    expect(found(`[${Array.from({ length: 1001 }, (_, n) => n).join()}]`)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, '…']);
    const wide = { data: { a: { $in: Array.from({ length: 1000 }, (_, n) => `${n}-${text(8)}`) } } };
    expect(JSON.stringify(reasonOf(wide, '{"a":1}')).length).toBeLessThan(300);
    const texts = { data: { a: { $contains: Array.from({ length: 50 }, (_, n) => `${n}-${text(250)}`) } } };
    expect(JSON.stringify(reasonOf(texts, '{"a":1}')).length).toBeLessThan(3000);
  });
});
