import { ACCOUNTS, type FilterCosts, measureFilters, RANGES_AND_PREFIXES } from '../load/filters.js';
import { atLeast, atMost } from '../load/target.js';
import { spell } from '../numbers.js';
import type { Line, Row } from '../row.js';

/** The matching of one message among 100,000 webhooks whose filters are equalities, in this process alone. */
export const w9: Row = {
  id: 'W9',
  title: '100,000 webhooks with filters on one event: an account of its own, and two more conditions',
  run: async ({ plan }) => linesOf('W9', measureFilters(ACCOUNTS, plan.manyWebhooks), MAX_US.equal),
};

/** The same with ranges and prefixes. */
export const w9x: Row = {
  id: 'W9x',
  title: '100,000 webhooks with filters on one event: a range or a prefix of its own, and two more conditions',
  run: async ({ plan }) => linesOf('W9x', measureFilters(RANGES_AND_PREFIXES, plan.manyWebhooks), MAX_US.ranges),
};

const MAX_US = { equal: 30, ranges: 100 } as const;
const MIN_TIMES_FASTER = 100;

function linesOf(id: string, costs: FilterCosts, maxUs: number): readonly Line[] {
  const { matchingUs, scanUs, jsonParseUs, oneByOneUs, fired, addUs, changeUs, filterBytes, catalogBytes } = costs;
  return [
    {
      id,
      what: 'matching a message of 1 KiB',
      unit: ' µs',
      values: [matchingUs],
      targets: [atMost(matchingUs, maxUs, ' µs')],
      notes: [
        `fires ${spell(fired)} webhooks; ${spell(matchingUs / scanUs)} × the scan that asks whether the payload is JSON (${spell(scanUs)} µs); JSON.parse takes ${spell(jsonParseUs)} µs`,
        `memory of a webhook: ${spell(filterBytes)} bytes with its filter, and ${spell(catalogBytes)} in the catalog`,
        `${spell(addUs)} µs to add a webhook, ${spell(changeUs)} µs to change one`,
      ],
    },
    {
      id: `${id} one by one`,
      what: 'evaluating all filters one after the other',
      unit: ' µs',
      values: [oneByOneUs],
      targets: [atLeast(oneByOneUs / matchingUs, MIN_TIMES_FASTER, ' × the matching')],
    },
  ];
}
