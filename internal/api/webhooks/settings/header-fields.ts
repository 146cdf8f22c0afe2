import {
  HEADER_VALUE,
  MAX_HEADER_NAME_LENGTH,
  MAX_HEADER_VALUE_LENGTH,
  MAX_HEADERS,
  namesBesides,
  parseHeaderName,
} from '../../../domain/limits/webhook-headers.js';
import { boundedRecord, boundedText } from '../../bodies/bounds.js';

export const headerName = boundedText(MAX_HEADER_NAME_LENGTH)
  .superRefine((name, context) => {
    const judged = parseHeaderName(name);
    if (!judged.ok) context.addIssue({ code: 'custom', message: judged.problem });
  })
  .meta({ pattern: namesBesides().source });

export const headerValue = boundedText(MAX_HEADER_VALUE_LENGTH).regex(HEADER_VALUE, 'a value must be visible ASCII');

/** Headers of every request. If the name of a header suggests a secret, its value is not shown (`hidden-headers`). */
export const headersField = boundedRecord(
  // `credentials.ts` refuses Authorization, which belongs in `auth`.
  { key: headerName.meta({ pattern: namesBesides(['authorization']).source }), value: headerValue },
  MAX_HEADERS,
  `there are at most ${MAX_HEADERS} headers`,
)
  .refine((headers) => {
    const names = Object.keys(headers).map((name) => name.toLowerCase());
    return new Set(names).size === names.length;
  }, 'a header may be named only once, in any case')
  .meta({
    maxProperties: MAX_HEADERS,
    description:
      'Headers of every request. The value of a header whose name suggests a secret (x-api-key, x-token) is returned as `***`. Sending `***` back keeps it.',
    example: { 'x-team': 'payments' },
  });
