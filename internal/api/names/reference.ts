import { z } from 'zod';
import { KEY_PREFIX, RESOURCE_KEY } from '../../domain/resource-key.js';
import { id, spaceId, written } from '../bodies/numbers.js';
import { KEY_PROBLEM } from './name-fields.js';

/** A resource as a caller names it: by its id, or by its key. */
export type Reference = number | { readonly key: string };

/** `key:<key>` in a path, where a slash is written as `%2F`, in a query, or in a list of names. */
export const keyReference = z
  .string()
  .startsWith(KEY_PREFIX)
  .transform((written, context): { readonly key: string } => {
    const key = written.slice(KEY_PREFIX.length);
    if (RESOURCE_KEY.test(key)) return { key };
    context.addIssue({ code: 'custom', message: KEY_PROBLEM });
    return z.NEVER;
  })
  .pipe(z.custom<{ readonly key: string }>())
  .meta({ type: 'string', pattern: '^key:[a-z0-9][a-z0-9._/-]{0,126}$' });

/** `key:<key>` as it is written, in a list of names. */
export const webhookKey = z
  .string()
  .regex(
    new RegExp(`^${KEY_PREFIX}${RESOURCE_KEY.source.slice(1)}`),
    'name the id of a webhook, such as 17, or its key, such as "key:shop/orders"',
  );

/** The id, or `key:<key>`. */
export const reference = z.union(
  [written(id), keyReference],
  'must be an id, or key: and a key',
) satisfies z.ZodType<Reference>;

export const resourcePath = z.object({
  id: reference.meta({ description: 'The id, or `key:<key>` with each slash as `%2F`.' }),
});

/** A webhook as a filter of a list. */
export const webhookFilter = reference.optional().describe('The webhook: its id, or `key:<key>`.');

/** The query of a path with `{id}` of a webhook. */
export const spaceQuery = z.object({
  space: written(spaceId)
    .optional()
    .describe('With `key:`: the space of the webhook, if webhooks of several spaces have the key.'),
});
