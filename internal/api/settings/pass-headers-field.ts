import { z } from 'zod';
import { headerName, MOST_HEADERS } from './header-fields.js';

/** Headers of the NATS message that its requests carry on; `traceparent` and `tracestate` always are. */
export const passHeadersField = z
  .array(headerName)
  .max(MOST_HEADERS)
  .transform((names) => [...new Set(names.map((name) => name.toLowerCase()))])
  .meta({
    type: 'array',
    items: { type: 'string' },
    description:
      'headers of the NATS message that its requests carry on, in any case, kept in lower case; traceparent and tracestate always are',
    example: ['x-request-id'],
  });
