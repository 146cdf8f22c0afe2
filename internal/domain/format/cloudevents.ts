import { embed } from './embed.js';
import { eventContext } from './event-context.js';
import type { Format } from './format.js';

const DATA = {
  json: ',"datacontenttype":"application/json","data":',
  binary: ',"datacontenttype":"application/octet-stream","data_base64":',
  empty: '',
};

/** CloudEvents 1.0, structured: one JSON text. */
export const cloudevents: Format = {
  about: 'a CloudEvent 1.0 as one JSON text (structured mode)',
  render(message) {
    const head = JSON.stringify(eventContext(message)).slice(0, -1);
    return { contentType: 'application/cloudevents+json; charset=utf-8', body: embed(head, message, DATA) };
  },
};
