import { eventContext } from './event-context.js';
import type { Format } from './format.js';
import { raw } from './raw.js';

/**
 * HTTP binding 1.0, section 3.1.3.2: every character except visible ASCII is percent-encoded, and so are the ambiguous
 * `"` and `%`.
 */
const ENCODED = /[^\x21-\x7e]+|["%]/g;

/** CloudEvents 1.0, binary: the attributes are headers, the body is the payload. */
export const cloudeventsBinary: Format = {
  about: 'a CloudEvent 1.0 whose attributes are headers (`ce-…`) and whose body is the payload (binary mode)',
  render: (message) => ({
    ...raw.render(message),
    headers: Object.entries(eventContext(message)).flatMap(([name, value]) => [
      `ce-${name}`,
      value.replace(ENCODED, encodeURIComponent),
    ]),
  }),
};
