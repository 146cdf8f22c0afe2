import { expect, it } from '@jest/globals';
import { storedBy, transformed } from './subject-transform.js';

it.each([
  ['stored.shop.>', 'stored.shop.>'],
  ['stored.{{wildcard(1)}}.$2', 'stored.*.*'],
  ['p.{{partition(3,1)}}.{{ wildcard(1) }}', 'p.*.*'],
  ['s.{{split(1,-)}}.x', 's.>'],
  ['s.{{splitFromLeft(1,3)}}', 's.>'],
])('%p stores %p', (dest, stored) => {
  expect(storedBy({ src: '>', dest })).toBe(stored);
});

it.each([
  ['shop.>', 'stored.shop.>', 'shop.order', 'stored.shop.order'],
  ['shop.>', 'stored.>', 'shop.order.made', 'stored.order.made'],
  ['', 'all.>', 'shop.order', 'all.shop.order'],
  ['*.order.*', 'o.{{wildcard(2)}}.$1', 'shop.order.made', 'o.made.shop'],
  ['shop.>', 'stored.>', 'shop.*', 'stored.*'],
  ['a', 'b', 'a', 'b'],
  ['shop.>', 'stored.>', 'other.order', undefined],
  ['shop.*', 's.{{partition(3,1)}}', 'shop.order', undefined],
])('%p -> %p makes of %p: %p', (src, dest, subject, stored) => {
  expect(transformed({ src, dest }, subject)).toBe(stored);
});
