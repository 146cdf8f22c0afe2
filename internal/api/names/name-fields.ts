import { MAX_RESOURCE_KEY_LENGTH, RESOURCE_KEY } from '../../domain/resource-key.js';
import { isStorable, UNSTORABLE } from '../../domain/text/storable.js';
import { boundedText } from '../bodies/bounds.js';
import { nullableText } from '../bodies/field-kinds.js';

const MAX_MANAGER_LENGTH = 64;
export const KEY_PROBLEM = `a key has 1 to ${MAX_RESOURCE_KEY_LENGTH} characters out of a-z, 0-9, ., _, / and -, the first a letter or a digit, such as shop/orders`;

/** The key of an event, of a webhook or of a space. */
export const resourceKey = boundedText(MAX_RESOURCE_KEY_LENGTH).regex(RESOURCE_KEY, KEY_PROBLEM);
const keyOrEmpty = boundedText(MAX_RESOURCE_KEY_LENGTH).regex(emptyOr(RESOURCE_KEY), KEY_PROBLEM);

/** Control characters, in the notation that all dialects of patterns share. */
const CONTROLS = String.raw`\u0000-\u001f\u007f-\u009f`;
const PRINTABLE = new RegExp(`^[^${CONTROLS}]+$`);
const MANAGER_PROBLEM = 'a name has at least one character, and no control characters';
const managerLike = (pattern: RegExp) =>
  boundedText(MAX_MANAGER_LENGTH)
    .regex(pattern, { error: MANAGER_PROBLEM, abort: true })
    .refine(isStorable, UNSTORABLE);
export const managedBy = managerLike(PRINTABLE);

function emptyOr({ source }: RegExp): RegExp {
  return new RegExp(`^$|${source}`);
}

const MANAGED_BY = {
  description: 'The program or the person who declares it, for filters. Absent if there is none.',
  example: 'terraform',
};

/** The field `key`. `within` says where no two of them may be equal. */
export function keyField(within: string) {
  const meaning = {
    description: `A name of your own, unique ${within}. \`key:<key>\` replaces the id in paths. Absent if there is none.`,
    example: 'shop/orders',
  };
  return nullableText('key', { text: resourceKey.meta(meaning), orEmpty: keyOrEmpty.meta(meaning) });
}

export const managedByField = nullableText('managed_by', {
  text: managedBy.meta(MANAGED_BY),
  orEmpty: managerLike(emptyOr(PRINTABLE)).meta(MANAGED_BY),
});

/** The key of an object of `PUT /apply`, by which it is found again. */
export const declaredKey = resourceKey.meta({
  description: 'A name of your own, by which the object is found when it is applied again.',
  example: 'shop/orders',
});

/** The `managed_by` of the objects of `PUT /apply`. */
export const declaredBy = managedBy.meta({
  description: 'The program or the person who declares the objects.',
  example: 'terraform',
});

/** The filters of lists by these fields. */
export const nameQueries = {
  key: resourceKey.optional().meta({ description: 'The exact key.', example: 'shop/orders' }),
  managed_by: managedBy.optional().meta({ description: 'The exact value of `managed_by`.', example: 'terraform' }),
};
