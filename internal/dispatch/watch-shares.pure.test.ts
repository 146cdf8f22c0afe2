import { expect, it } from '@jest/globals';
import { makeTestLogger } from '../testkit/test-logger.js';
import { makeWatchShares } from './watch-shares.js';

it('a space that stays at its share is told of once, and once when it is below it again', async () => {
  const logger = makeTestLogger();
  let spaces: readonly number[] = [7];
  const look = makeWatchShares({ spacesAtShare: () => spaces, logger });
  await look();
  spaces = [7, 8];
  await look();
  spaces = [];
  await look();
  await look();
  expect(logger.lines.map(({ name, fields }) => `${name} ${fields.space}`)).toEqual([
    'dispatch.space_at_share 7',
    'dispatch.space_at_share 8',
    'dispatch.space_below_share 7',
    'dispatch.space_below_share 8',
  ]);
});
