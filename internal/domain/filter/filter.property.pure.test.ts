import { expect, it } from '@jest/globals';
import { type OracleMessage, oracle } from '../../testkit/filters/oracle.js';
import { someFilter, someFilteredMessage } from '../../testkit/filters/some-filters.js';
import { fc } from '../../testkit/properties.js';
import { evaluate } from './evaluate.js';
import { MessageValues } from './message-values.js';
import { parseFilter } from './parsing/parse-filter.js';
import { pathsOf } from './paths-of.js';

/** `FILTER_CASES=1000000 PROPERTY_SEED=random` tries others. */
const CASES = Number(process.env.FILTER_CASES ?? 5000);

function fires(json: unknown, { subject, headers, payload }: OracleMessage) {
  const filter = parseFilter(json);
  if (!filter.ok) return undefined;
  const { condition } = filter.value;
  const scope = { paths: pathsOf(condition), maxBytes: 1024 };
  return evaluate(condition, new MessageValues(subject, headers, Buffer.from(payload), scope));
}

it('a filter decides about any message as the slow reading of its documentation does', () => {
  let decided = 0;
  fc.assert(
    fc.property(someFilter, someFilteredMessage, (filter, message) => {
      const found = fires(filter, message);
      if (found === undefined) return;
      decided++;
      expect(found).toBe(oracle(filter, message));
    }),
    { numRuns: CASES },
  );
  expect(decided).toBeGreaterThan(CASES / 2);
});

it('a filter that is read from its text is the same filter', () => {
  fc.assert(
    fc.property(someFilter, (json) => {
      const filter = parseFilter(json);
      fc.pre(filter.ok);
      expect(parseFilter(JSON.parse(filter.value.text))).toEqual(filter);
    }),
    { numRuns: 500 },
  );
});
