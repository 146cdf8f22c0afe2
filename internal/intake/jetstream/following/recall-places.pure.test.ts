import { expect, it } from '@jest/globals';
import type { ListedStream } from '../streams/streams.js';
import { recallPlaces } from './recall-places.js';

const ORDERS: ListedStream = { name: 'ORDERS', subjects: ['orders.>'], created: 'made', lastSequence: 10 };
const own = { stream: 'HUKZ', consumer: 'hukz' };
const nameOf = (subject: string) => `hukz_${subject}`;
const target = { stream: 'ORDERS', consumer: nameOf('orders.made') };
const wanted = [{ target, created: 'made', filter: 'orders.made' }];
const wide = {
  stream: 'ORDERS',
  consumer: nameOf('orders.*'),
  streamCreated: 'made',
  filter: 'orders.*',
  seenAt: 5000,
};
const ours = { ...own, streamCreated: 'made', filter: null, seenAt: 1000 };
const recall = (remembered: Parameters<typeof recallPlaces>[0], streams = [ORDERS]) =>
  recallPlaces(remembered, { subjects: ['orders.made'], wanted, streams, own, nameOf });

it('a subject that was read with a wider one begins behind what its stream holds, which the wider one still reads', () => {
  const { places, left } = recall([wide, ours]);
  expect(places.get('orders.made')).toEqual({ stream: 'ORDERS', begin: { sequence: 11 } });
  expect(left).toEqual([
    { target: { stream: 'ORDERS', consumer: nameOf('orders.*') }, created: 'made', filter: 'orders.*' },
  ]);
});

it('where it was moved as well, it begins a minute before the wider one was last seen', () => {
  const { places } = recall([{ ...wide, stream: 'BEFORE' }, ours]);
  expect(places.get('orders.made')).toEqual({ stream: 'BEFORE', begin: { since: '1969-12-31T23:59:05.000Z' } });
});

it('a subject that no consumer of a stream of others has read was in our own stream', () => {
  const { places } = recall([{ ...wide, filter: 'others.*' }, ours]);
  expect(places.get('orders.made')?.stream).toBe('our own stream');
});

it.each([
  ['interest', 1],
  ['workqueue', 0],
])('what is left in a stream that has %s retention by now is read by %i consumer', (retention, count) => {
  expect(recall([wide, ours], [{ ...ORDERS, retention }]).left).toHaveLength(count);
});
