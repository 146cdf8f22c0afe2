import { describe, expect, it } from '@jest/globals';
import { isDatabaseAway } from './database-away.js';
import { isNotOurSchema, judgePgError, type PgVerdict } from './pg-error.js';

const TABLE: Readonly<Record<PgVerdict, readonly string[]>> = {
  repeat: ['40001', '40P01'],
  unknown_outcome: ['08000', '08003', '08006', '08P01', '40003', '57P01', '57P02', '57P03', '57P04', '57P05'],
  back_off: [
    ...['25000', '25001', '25006', '25P01', '25P02', '25P03', '25P04', '26000', '28000', '28P01', '3D000', '42P05'],
    ...['53000', '53100', '53200', '53300', '53400', '55000', '55006', '55P02', '55P03', '57000', '57014'],
    ...['58000', '58030', '58P01'],
  ],
  unexpected: [
    '0A000',
    '21000',
    '23505',
    '2F002',
    '3F000',
    '42501',
    '42601',
    '42883',
    '42P17',
    'F0000',
    'P0001',
    'XX000',
    'XX001',
    'XX002',
  ],
  data: [
    '22000',
    '22001',
    '22003',
    '22008',
    '22021',
    '22P02',
    '22P05',
    '23000',
    '23502',
    '23503',
    '23514',
    '54000',
    '54001',
  ],
  no_partition: [],
  schema: ['42P01', '42703'],
};
const all = Object.entries(TABLE).flatMap(([verdict, codes]) =>
  codes.map((code) => [code, verdict as PgVerdict] as const),
);

describe('an answer of PostgreSQL', () => {
  it.each(all)('%s means %s', (code, verdict) => {
    expect(judgePgError({ code })).toBe(verdict);
  });

  it.each(all)('%s, %s, is an outage for a caller of the API only if it is one', (code, verdict) => {
    expect(isDatabaseAway({ code })).toBe(['repeat', 'unknown_outcome', 'back_off'].includes(verdict));
  });

  it.each(all)('%s, %s, ends the service only when the schema is not ours', (code, verdict) => {
    expect(isNotOurSchema({ code })).toBe(verdict === 'schema');
  });

  it('says by its routine that the partition is missing', () => {
    expect(judgePgError({ code: '23514', routine: 'ExecFindPartition' })).toBe('no_partition');
  });

  it('says by its words that only the plan of a prepared statement is too old', () => {
    const error = { code: '0A000', message: 'cached plan must not change result type' };
    expect(judgePgError(error)).toBe('back_off');
  });
});

describe('an error that is no answer of PostgreSQL', () => {
  it.each(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'EMFILE'])('%s leaves the outcome unknown', (code) => {
    expect(judgePgError({ code })).toBe('unknown_outcome');
  });

  it('has no code when the driver has lost the connection', () => {
    expect(judgePgError(new Error('Connection terminated'))).toBe('unknown_outcome');
  });

  it.each([new TypeError('no text'), new RangeError('too long')])('is the fault of a value: %p', (error) => {
    expect(judgePgError(error)).toBe('data');
  });
});
