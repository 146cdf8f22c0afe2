import { z } from 'zod';
import { MAX_FAILURES, neverOpens } from '../../../domain/limits/ceilings.js';
import { documented, type OperatorLimits } from '../../operator-limits.js';

/** The conditions that open a circuit: `{"failures": 10, "share": 0.5}`. 0 disables a condition. */
export const breakerConditions = z.strictObject({
  failures: z.int().min(0).max(1_000_000).optional().meta({
    description:
      'Number of consecutive deliveries whose failure opens the circuit. 0 disables this trigger. Default: BREAKER_FAILURES.',
    example: 10,
  }),
  share: z.number().min(0).max(1).optional().meta({
    description:
      'Share of failed attempts in a BREAKER_WINDOW that opens the circuit. 0 disables this trigger. Default: BREAKER_SHARE.',
    example: 0.5,
  }),
});

/** `"off"`, or the conditions that open a circuit. */
export const breakerAnswer = z
  .union(
    [z.literal('off'), breakerConditions],
    'must be "off" or {"failures": 10, "share": 0.5}, either of them optional',
  )
  .meta({
    description:
      'When the circuit breaker opens, so that deliveries wait. `off` closes an open circuit and requires ALLOW_BREAKER_OFF.',
    example: { failures: 10, share: 0.5 },
  });

/** The same field in a request. */
export const breakerField = breakerAnswer.meta({}).register(documented, {
  under: ({ ceilings }) => (mayStayShut(ceilings) ? {} : { allOf: [opensBesides(ceilings)] }),
});

const mayStayShut = ({ breakerMayBeOff, breaker }: OperatorLimits['ceilings']) =>
  breakerMayBeOff || neverOpens(breaker);

/** A breaker that can open: by the given condition, or by the configured one if none is given. */
function opensBesides({ breaker }: OperatorLimits['ceilings']) {
  const failures = { properties: { failures: { minimum: 1, maximum: MAX_FAILURES } } };
  const share = { properties: { share: { exclusiveMinimum: 0 } } };
  const isShareEnough = breaker.share > 0;
  const isFailuresEnough = !neverOpens({ failures: breaker.failures, share: 0 });
  return {
    type: 'object',
    anyOf: [
      isShareEnough ? share : { ...share, required: ['share'] },
      isFailuresEnough ? failures : { ...failures, required: ['failures'] },
    ],
  };
}
