import { expect, it } from '@jest/globals';
import { acknowledgedUpTo, type Progress } from './acknowledged.js';

const consumer = (floor: number, delivered: number, open: number, pending: number): Progress => ({
  ack_floor: { stream_seq: floor },
  delivered: { stream_seq: delivered },
  num_ack_pending: open,
  num_pending: pending,
});

it.each([
  ['with something open is acknowledged to its floor', [consumer(5, 20, 3, 0)], 20, 5],
  [
    'with nothing open is acknowledged as far as it delivered, wherever its floor was left',
    [consumer(5, 20, 0, 9)],
    30,
    20,
  ],
  ['that has given everything is past what the stream is known to have', [consumer(5, 5, 0, 0)], 30, 30],
  [
    'of which a second one lags is acknowledged as far as that one',
    [consumer(5, 5, 0, 0), consumer(8, 9, 1, 0)],
    30,
    8,
  ],
  ['of which a second one has more to give waits for it', [consumer(40, 40, 0, 0), consumer(8, 9, 0, 1)], 40, 9],
])('a stream %s', (_name, consumers, known, expected) => {
  expect(acknowledgedUpTo(consumers, known)).toBe(expected);
});
