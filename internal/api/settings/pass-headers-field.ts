import { boundedList } from '../bounds.js';
import { headerName, LONGEST_HEADER_NAME, MOST_HEADERS } from './header-fields.js';

/** Headers of the NATS message that its requests carry on; `traceparent` and `tracestate` always are. */
export const passHeadersField = boundedList(headerName, MOST_HEADERS)
  .transform((names) => [...new Set(names.map((name) => name.toLowerCase()))])
  .meta({
    type: 'array',
    maxItems: MOST_HEADERS,
    items: { type: 'string', maxLength: LONGEST_HEADER_NAME, pattern: headerName.meta()?.pattern },
    description:
      'headers of the NATS message that its requests carry on, in any case, kept in lower case; traceparent and tracestate always are',
    example: ['x-request-id'],
  });
