import { expect, it } from '@jest/globals';
import { eventually } from '../testkit/eventually.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { DISPATCH_LIMITS, quietDispatch } from '../testkit/quiet-dispatch.js';
import { makeDispatch } from './dispatch.js';

it('a claim that fails again and again during an outage is one line in the log', async () => {
  const logger = makeTestLogger();
  let claims = 0;
  const claim = async () => {
    claims++;
    throw new Error('connect ECONNREFUSED');
  };
  const dispatch = makeDispatch(quietDispatch({ claims: { claim }, runtime: { logger } }), DISPATCH_LIMITS);
  dispatch.start();
  await eventually(() => claims >= 3, { what: 'three claims' });
  await dispatch.stop(0);
  expect(logger.lines.filter(({ name }) => name === 'dispatch.failed').map(({ fields }) => fields)).toEqual([
    { loop: 'claim', error: 'connect ECONNREFUSED' },
  ]);
});
