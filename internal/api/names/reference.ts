import { z } from 'zod';
import { KEY_PREFIX, RESOURCE_KEY } from '../../domain/resource-key.js';
import { id, spaceId, written } from '../bodies/numbers.js';
import { KEY_PROBLEM } from './name-fields.js';

/** A resource as a caller names it: by its id, or by its key. */
export type Reference = number | { readonly key: string };

/** `key:<key>` in a path, where a slash is written as `%2F`, in a query, or in a body. */
const keyReference = z
  .string()
  .regex(/^key:/)
  .transform((written, context): { readonly key: string } => {
    const key = written.slice(KEY_PREFIX.length);
    if (RESOURCE_KEY.test(key)) return { key };
    context.addIssue({ code: 'custom', message: KEY_PROBLEM });
    return z.NEVER;
  })
  .pipe(z.custom<{ readonly key: string }>())
  .meta({ type: 'string', pattern: '^key:[a-z0-9][a-z0-9._/-]{0,126}$' });

/** `key:<key>` as it is written, in a message. */
const keyText = (problem: string) =>
  z.string().regex(new RegExp(`^${KEY_PREFIX}${RESOURCE_KEY.source.slice(1)}`), problem);

const ID_PROBLEM = 'must be an id, or key: and a key';
const NUMBER_PROBLEM = 'must be the number of a space, or key: and its key';

/** The id, or `key:<key>`, in a path or a query. */
export const reference = z.union([written(id), keyReference], ID_PROBLEM) satisfies z.ZodType<Reference>;

/** The same in a body, where an id is a number. */
export const bodyReference = z.union([id, keyReference], ID_PROBLEM) satisfies z.ZodType<Reference>;

/** The same in a message, which keeps the names of its webhooks as they are written. */
export const webhookName = z.union([
  id,
  keyText('name the id of a webhook, such as 17, or its key, such as "key:shop/orders"'),
]);

/** A space by its number, or as `key:<key>`, in a path or a query. */
export const spaceReference = z.union([written(spaceId), keyReference], NUMBER_PROBLEM) satisfies z.ZodType<Reference>;

/** The same in a body. */
export const bodySpace = z.union([spaceId, keyReference], NUMBER_PROBLEM) satisfies z.ZodType<Reference>;

/** The same in a message. */
export const spaceName = z.union([
  spaceId,
  keyText('name the number of a space, such as 7, or its key, such as "key:acme"'),
]);

export const resourcePath = z.object({
  id: reference.meta({ description: 'The id, or `key:<key>` with each slash as `%2F`.' }),
});

/** A webhook as a filter of a list. */
export const webhookFilter = reference.optional().describe('The webhook: its id, or `key:<key>`.');

/** A space as a filter of a list. */
export const spaceFilter = spaceReference.optional().describe('The space: its number, or `key:<key>`.');

const KEYS_IN_SPACES = 'With `key:`: the space of the webhook, if webhooks of several spaces have the key.';

/** The query of a path with `{id}` of a webhook. */
export const spaceQuery = z.object({ space: spaceReference.optional().describe(KEYS_IN_SPACES) });

/** The same in a body. */
export const bodySpaceFilter = bodySpace.optional().describe('The space: its number, or `key:<key>`.');
