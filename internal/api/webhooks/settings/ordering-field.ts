import { z } from 'zod';
import { MAX_HEADER_NAME_LENGTH } from '../../../domain/limits/webhook-headers.js';
import type { Ordering } from '../../../domain/matching/webhook-settings.js';
import { boundedText } from '../../bodies/bounds.js';
import { NUL, text } from '../../bodies/text.js';

const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
/** RFC 6901: an empty text, or parts that begin with a slash and use `~` only as `~0` or `~1`. */
const POINTER = new RegExp(`^(?:/(?:[^~/${NUL}]|~[01])*)+$`);

/** `"none"`, `"webhook"`, or an ordering key: `{"header": "Order-Id"}`, `{"pointer": "/order/id"}`. */
export const orderingField = z
  .union(
    [
      z.enum(['none', 'webhook']),
      z.strictObject({
        header: boundedText(MAX_HEADER_NAME_LENGTH)
          .regex(HEADER, 'is not the name of a header')
          .meta({ description: 'The header of the message that has the ordering key.', example: 'Order-Id' }),
      }),
      z.strictObject({
        pointer: text(256).regex(POINTER, 'is not a JSON pointer such as /order/id').meta({
          description: 'The place of the ordering key in the payload, as a JSON pointer.',
          example: '/order/id',
        }),
      }),
    ],
    'must be "none", "webhook", {"header": "Order-Id"} or {"pointer": "/order/id"}',
  )
  .transform((input): Ordering | null => {
    if (input === 'none') return null;
    if (input === 'webhook') return { by: 'webhook' };
    return { by: 'key', ...input };
  })
  .meta({
    description: 'Sends one delivery at a time: of the whole webhook, or per key in a header or in the payload.',
    example: { pointer: '/order/id' },
  });

export const orderingAnswer = z.union([
  z.literal('webhook'),
  z.object({ header: z.string() }),
  z.object({ pointer: z.string() }),
]);

export function orderingJson(ordering: Ordering): z.input<typeof orderingAnswer> {
  if (ordering.by === 'webhook') return 'webhook';
  return 'header' in ordering ? { header: ordering.header } : { pointer: ordering.pointer };
}
