import { expect, it } from '@jest/globals';
import { fc } from '../../../testkit/properties.js';
import { compareExact, Decimal, parseExact } from './decimal.js';

const digits = fc.stringMatching(/^(?:0|[1-9]\d{0,24})$/);
const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits,
    fc.option(fc.stringMatching(/^0{0,3}\d{1,20}$/)),
    fc.option(fc.integer({ min: -330, max: 330 })),
  )
  .map(([sign, whole, fraction, exponent]) =>
    [sign, whole, fraction === null ? '' : `.${fraction}`, exponent === null ? '' : `e${exponent}`].join(''),
  );

/** The number times 10^400, as an integer. */
function scaled(text: string): bigint {
  const [, sign, whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e(-?\d+))?$/.exec(text) ?? [];
  return BigInt(`${sign}${whole}${fraction}`) * 10n ** BigInt(400 + Number(exponent) - fraction.length);
}

it('numbers of any length are compared as fractions are', () => {
  fc.assert(
    fc.property(number, number, fc.constantFrom('', '1', '000'), (one, other, more) => {
      const near = one.includes('.') && !one.includes('e') ? one + more : other;
      const [left, right] = [parseExact(one), parseExact(near)];
      if (left === undefined || right === undefined) throw new Error('was not parsed');
      const difference = scaled(one) - scaled(near);
      expect(Math.sign(compareExact(left, right)) + 0).toBe(difference === 0n ? 0 : difference > 0n ? 1 : -1);
      if (difference === 0n) expect(left).toEqual(right);
    }),
    { numRuns: 5000 },
  );
});

it.each(['', '1x', 'e5', '.5', '1e1000000000000000', 'NaN'])('%p is no number that is compared', (text) => {
  expect(parseExact(text)).toBeUndefined();
});

it('a number of a million digits is compared, and so is one of a million zeros', () => {
  const long = '7'.repeat(1_000_000);
  const [one, other] = [parseExact(`${long}1`), parseExact(`${long}2`)];
  if (!(one instanceof Decimal && other instanceof Decimal)) throw new Error('is no long number');
  expect(compareExact(one, other)).toBeLessThan(0);
  expect(parseExact(`1${'0'.repeat(1_000_000)}e-1000000`)).toBe(1);
  expect(parseExact(`0.${'0'.repeat(1_000_000)}`)).toBe(0);
});
