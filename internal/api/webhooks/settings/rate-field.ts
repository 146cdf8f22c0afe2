import { z } from 'zod';
import { formatRate, parseRate, RATE_FORM } from '../../../domain/limits/rate-limit.js';
import { boundedText } from '../../bodies/bounds.js';

const MAX_LENGTH = 64;

/** `100/minute`: the maximum number of requests of all instances together. */
export const rateField = boundedText(MAX_LENGTH, 'must be a rate such as "10/second", "100/minute" or "1000/hour"')
  .transform((written, context) => {
    const rate = parseRate(written);
    if (rate.ok) return rate.value;
    context.addIssue({ code: 'custom', message: rate.problem });
    return z.NEVER;
  })
  .meta({
    type: 'string',
    maxLength: MAX_LENGTH,
    pattern: RATE_FORM.source,
    description: 'Maximum rate of requests per second, minute or hour, of all instances together.',
    example: '100/minute',
  });

export const rateJson = formatRate;
