import { z } from 'zod';

const ignored = z
  .unknown()
  .optional()
  .meta({ readOnly: true, description: 'Set by hukz. Ignored in requests, and named in `Hukz-Ignored`.' });

/** Fields of our answers that a request may contain, because scripts send back the objects that they read. */
export const readOnlyFields = {
  id: ignored,
  created_at: ignored,
  updated_at: ignored,
  deleted_at: ignored,
  created_by_id: ignored,
  updated_by_id: ignored,
  revision: ignored,
};

export const ignoredField = ignored;

/** Returns the names of the fields that a body may contain and that are ignored. */
export function ignoredFieldsOf(body: z.ZodType | undefined): readonly string[] {
  if (!(body instanceof z.ZodObject)) return [];
  return Object.entries(body.shape).flatMap(([name, field]) => (field === ignored ? [name] : []));
}

/** Returns the names of fields that a body does not have. Most bodies refuse them, so that none is left here. */
export function unknownFields(body: z.ZodType | undefined, given: object): readonly string[] {
  if (!(body instanceof z.ZodObject)) return [];
  return Object.keys(given).filter((name) => !Object.hasOwn(body.shape, name));
}
