import { z } from 'zod';

/** `"off"`, or when a circuit opens: `{"failures": 10, "share": 0.5}`; 0 takes that reason out. */
export const breakerField = z.union([
  z.literal('off'),
  z.strictObject({
    failures: z.int().min(0).max(1_000_000).optional(),
    share: z.number().min(0).max(1).optional(),
  }),
]);
