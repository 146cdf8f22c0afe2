import { z } from 'zod';

const MAX_ID = 2_147_483_647;

/** An id is an `integer` of PostgreSQL, from 1. */
export const id = z.int().min(1).max(MAX_ID);

/** A whole number that arrives as text in a path or a query: plain digits without a sign and leading zeros. */
export function written<Schema extends z.ZodType<number, number>>(schema: Schema) {
  return z
    .string('must be a whole number')
    .regex(/^(?:0|[1-9][0-9]{0,15})$/, 'must be a whole number')
    .transform(Number)
    .pipe(schema);
}

export const spaceId = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
export const userId = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

/** A UUID of any version in a path. */
export const uuidPath = z.object({ id: z.guid() });
