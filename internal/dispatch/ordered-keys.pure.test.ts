import { expect, it } from '@jest/globals';
import { eventually } from '../testkit/eventually.js';
import { classOfItsOwn } from '../testkit/kits/test-classes.js';
import { makeOrderedKeys } from './ordered-keys.js';
import { Residents } from './residents/residents.js';

type Asked = { webhookId: number; orderKey: string; wanted: boolean };

it('the keys of a webhook take no more room than its lane has; the others are made due for anybody', async () => {
  const residents = new Residents({ maxResident: 1000, maxResidentBytes: 1 << 20 }, classOfItsOwn);
  const asked: Asked[] = [];
  const turns = makeOrderedKeys({
    residents,
    claimNext: async (keys) => {
      asked.push(...keys);
      for (const key of keys) if (key.wanted) residents.reserve(key.orderKey, key.webhookId, 1);
      return [];
    },
    unparkFirst: async () => ({ released: 0 }),
    isTrusted: () => true,
    runClaim: async (claim) => void (await claim()),
    onError: (error) => {
      throw error;
    },
  });
  for (let n = 0; n < 2000; n++) turns.advance(1, `one-${n}`);
  turns.advance(2, 'two');
  await eventually(() => asked.length === 2001, { what: 'all keys asked for' });
  const wanted = asked.filter((key) => key.wanted);
  expect(wanted.filter(({ webhookId }) => webhookId === 1).length).toBeLessThanOrEqual(128);
  expect(wanted).toContainEqual({ webhookId: 2, orderKey: 'two', wanted: true });
  expect(residents.tryReserve('other', 3, 1)).toBe(true);
});

it('all keys are gone through in parts, the next at once while something was forgotten', async () => {
  const froms: unknown[] = [];
  const last = { webhookId: 1, orderKey: 'k' };
  const parts = [{ released: 3, last }, { released: 0, last }, { released: 5 }, { released: 0 }];
  const turns = makeOrderedKeys({
    residents: new Residents({ maxResident: 10, maxResidentBytes: 10 }, classOfItsOwn),
    claimNext: async () => [],
    unparkFirst: async (from) => {
      froms.push(from);
      return parts.shift() ?? { released: 0 };
    },
    isTrusted: () => true,
    runClaim: async () => undefined,
    onError: () => undefined,
  });
  const agains: boolean[] = [];
  for (let round = 0; round < 4; round++) agains.push(await turns.unparkFirstOnce());
  expect(agains).toEqual([true, false, false, false]);
  expect(froms).toEqual([undefined, last, last, undefined]);
});
