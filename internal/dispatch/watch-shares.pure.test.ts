import { expect, it } from '@jest/globals';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { MAX_NAMED, makeWatchShares } from './watch-shares.js';

const MINUTE_MS = 60_000;

function watch() {
  const logger = makeTestLogger();
  let [spaces, now]: [readonly number[], number] = [[], 0];
  const watching = makeWatchShares({ spacesAtShare: () => spaces, now: () => now, logger });
  return {
    look: async (atShare: readonly number[], at: number) => {
      [spaces, now] = [atShare, at];
      await watching.look();
    },
    named: watching.spaces,
    lines: () => logger.lines.map(({ name, fields }) => `${name} ${fields.space}`),
  };
}

it('a space that stays at its share is logged once, and once when it has been below it for a minute', async () => {
  const { look, named, lines } = watch();
  await look([7], 0);
  await look([7, 8], 5000);
  expect(named()).toEqual([7, 8]);
  await look([], MINUTE_MS);
  await look([], MINUTE_MS + 5000);
  await look([], MINUTE_MS + 10_000);
  expect(lines()).toEqual([
    'dispatch.space_at_share 7',
    'dispatch.space_at_share 8',
    'dispatch.space_below_share 7',
    'dispatch.space_below_share 8',
  ]);
  expect(named()).toEqual([]);
});

it('a space that comes to its share and leaves it at each look is one line', async () => {
  const { look, lines } = watch();
  for (let n = 0; n < 100; n++) await look(n % 2 === 0 ? [7] : [], n * 5000);
  expect(lines()).toEqual(['dispatch.space_at_share 7']);
});

it('more spaces than are named at a time fill no log, in whatever order they are seen', async () => {
  const { look, named, lines } = watch();
  const spaces = Array.from({ length: 3 * MAX_NAMED }, (_, space) => space);
  for (let n = 0; n < 100; n++) await look([...spaces.slice(n % 60), ...spaces.slice(0, n % 60)], n * 5000);
  expect(lines()).toHaveLength(MAX_NAMED);
  expect(named()).toHaveLength(MAX_NAMED);
});
