import { z } from 'zod';
import type { Filter } from '../../../domain/filter/filter.js';
import { MAX_FILTER_BYTES, MAX_FILTER_DEPTH, parseFilter } from '../../../domain/filter/parsing/parse-filter.js';
import { MAX_CONDITIONS } from '../../../domain/filter/parsing/place.js';

const CONDITIONS = { type: 'object', minProperties: 1 } as const;
const ALTERNATIVES = { type: 'array', minItems: 1, maxItems: MAX_CONDITIONS, items: CONDITIONS } as const;
const ROOTS = { data: {}, headers: CONDITIONS, subject: {}, $and: ALTERNATIVES, $or: ALTERNATIVES, $not: CONDITIONS };

/** `{"data": {"order": {"amount": {"$gte": 100}}}}`: the content of the messages that the webhook gets. */
export const filterField = z
  .unknown()
  .transform((json, context): Filter => {
    const filter = parseFilter(json);
    if (filter.ok) return filter.value;
    const { at, problem } = filter;
    context.addIssue({ code: 'custom', message: at ? `${at} ${problem}` : problem, params: { pointer: at } });
    return z.NEVER;
  })
  .meta({
    type: 'object',
    properties: ROOTS,
    additionalProperties: false,
    minProperties: 1,
    description:
      'The content of the messages that the webhook gets, by operators such as $in and $gte. ' +
      `At most ${MAX_FILTER_BYTES / 1024} KiB of JSON, nested ${MAX_FILTER_DEPTH} deep. Default: any content.`,
    example: { data: { order: { status: { $in: ['paid', 'shipped'] }, amount: { $gte: 100 } } } },
  });

export const filterAnswer = z.record(z.string(), z.unknown());

/** In the spelling of hukz, with the members in their order. */
export const filterJson = ({ text }: Filter): z.input<typeof filterAnswer> => JSON.parse(text);

export const filterOversizeField = z.enum(['send', 'skip']).meta({
  description: 'Whether a message gets to the webhook if its payload is too large for the filter. Default: send.',
  example: 'skip',
});
