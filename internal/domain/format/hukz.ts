import type { Format } from './format.js';

/** The contract's envelope, built once a message when it was received. */
export const hukz: Format = {
  contentType: () => 'application/json',
  render: (message) => message.body,
};
