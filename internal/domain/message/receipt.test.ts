import { expect, it } from '@jest/globals';
import { isFinal, isOrderedByStream, type Receipt } from './receipt.js';

const stored = { outcome: 'stored', messageId: 'id', webhooks: 1, problem: undefined } as const;
const receipts: readonly (readonly [Receipt, boolean, boolean])[] = [
  [{ ...stored, isOrderedByStream: true }, true, true],
  [{ ...stored, isOrderedByStream: false }, true, false],
  [{ outcome: 'duplicate', isOrderedByStream: true }, true, true],
  [{ outcome: 'unwanted', problem: undefined }, true, false],
  [{ outcome: 'unregistered' }, true, false],
  [{ outcome: 'reserved' }, true, false],
  [{ outcome: 'refused', problem: 'poison' }, true, false],
  [{ outcome: 'failed' }, false, false],
  [{ outcome: 'overloaded' }, false, false],
];

it.each(receipts)('%p is final: %s, ordered by its stream: %s', (receipt, final, ordered) => {
  expect([isFinal(receipt), isOrderedByStream(receipt)]).toEqual([final, ordered]);
});
