import { embed } from './embed.js';
import type { Format } from './format.js';

const DATA = { json: ',"data":', binary: ',"data_encoding":"base64","data":', empty: ',"data":null' };

/** The body that Standard Webhooks recommends. */
export const standard: Format = {
  about: 'the shape that Standard Webhooks recommends: type, timestamp, data',
  render(message) {
    const timestamp = new Date(message.receivedAt).toISOString();
    const head = `{"type":${JSON.stringify(message.subject)},"timestamp":"${timestamp}"`;
    return { contentType: 'application/json', body: embed(head, message, DATA) };
  },
};
