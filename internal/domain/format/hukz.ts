import type { Format } from './format.js';

/** The contract's envelope, built once a message when it was received. */
export const hukz: Format = {
  about: 'the event, the time and the payload in an envelope',
  render: ({ body }) => ({ contentType: 'application/json', body }),
};
