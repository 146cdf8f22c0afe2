import { MAX_HEADER_NAME_LENGTH, MAX_HEADERS } from '../../../domain/limits/webhook-headers.js';
import { boundedList } from '../../bodies/bounds.js';
import { headerName } from './header-fields.js';

/** Headers of the NATS message that are copied to its requests. `traceparent` and `tracestate` are always copied. */
export const passHeadersField = boundedList(headerName, MAX_HEADERS)
  .transform((names) => [...new Set(names.map((name) => name.toLowerCase()))])
  .meta({
    type: 'array',
    maxItems: MAX_HEADERS,
    items: { type: 'string', maxLength: MAX_HEADER_NAME_LENGTH, pattern: headerName.meta()?.pattern },
    description:
      'Headers of the NATS message that requests pass on, in any case, stored in lower case. `traceparent` and `tracestate` are always passed on.',
    example: ['x-request-id'],
  });
