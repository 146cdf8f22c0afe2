import { expect, it } from '@jest/globals';
import { asksForReceipt } from './receipt-request.js';

it.each([
  ['Hukz-Receipt', '1', true],
  ['hukz-receipt', '1', true],
  ['Hukz-Receipt', '0', false],
  ['Hukz-Receipt', '', false],
  ['Hukz-Receipt', 'true', false],
  ['Hukz-Receipts', '1', false],
])('%s: %s asks for an answer: %s', (name, value, asks) => {
  expect(
    asksForReceipt([
      ['a', '1'],
      [name, value],
    ]),
  ).toBe(asks);
});

it('without headers nothing is asked', () => expect(asksForReceipt([])).toBe(false));
