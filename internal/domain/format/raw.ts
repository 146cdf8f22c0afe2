import { payloadKind } from '../message/payload-kind.js';
import type { Format } from './format.js';

/** The payload and nothing else. */
export const raw: Format = {
  about: 'the bytes of the payload, unchanged',
  render: (message) => ({
    contentType: payloadKind(message) === 'json' ? 'application/json' : 'application/octet-stream',
    body: message.payload,
  }),
};
