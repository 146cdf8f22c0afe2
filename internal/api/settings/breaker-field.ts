import { z } from 'zod';

/** `"off"`, or when a circuit opens: `{"failures": 10, "share": 0.5}`; 0 takes that reason out. */
export const breakerField = z
  .union(
    [
      z.literal('off'),
      z.strictObject({
        failures: z.int().min(0).max(1_000_000).optional().meta({
          description:
            'This many different deliveries that fail in a row open the circuit. 0 switches this trigger off. Default: BREAKER_FAILURES',
          example: 10,
        }),
        share: z.number().min(0).max(1).optional().meta({
          description:
            'This share of the attempts of a BREAKER_WINDOW opens the circuit when it fails. 0 switches this trigger off. Default: BREAKER_SHARE',
          example: 0.5,
        }),
      }),
    ],
    'must be "off" or {"failures": 10, "share": 0.5}, either of them optional',
  )
  .meta({
    description:
      'when its circuit opens, so that deliveries wait; off for never, which closes an open one at once and needs ALLOW_BREAKER_OFF',
    example: { failures: 10, share: 0.5 },
  });
