import type { Format } from './format.js';

/** The contract's envelope, which is built once per message when the message is received. */
export const hukz: Format = {
  about: 'the event, the time and the payload in an envelope',
  render: ({ body }) => ({ contentType: 'application/json', body }),
};
