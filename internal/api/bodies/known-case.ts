import { z } from 'zod';

/**
 * The body with the names of its fields in the case that the schema has, as Go's JSON finds them. An exact name takes
 * precedence, and otherwise the last of several names counts. Names of other fields stay.
 */
export function inKnownCase(body: object, schema: z.ZodType): object {
  const known = schema instanceof z.ZodObject ? schema.shape : {};
  const names = Object.keys(body);
  if (names.every((name) => Object.hasOwn(known, name))) return body;
  const exact = new Map(Object.keys(known).map((name) => [name.toLowerCase(), name]));
  const inCase = (name: string): string => {
    const found = exact.get(name.toLowerCase());
    return found === undefined || Object.hasOwn(body, found) ? name : found;
  };
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [inCase(name), value]));
}
