import { escapeMrkdwn } from './escapes.js';
import type { Format } from './format.js';
import { headline } from './headline.js';

/** A section for Slack's incoming webhooks. Notifications show `text`. */
export const slack: Format = {
  about: 'a message for an incoming webhook of Slack, with one line that says what happened',
  render(message) {
    const text = escapeMrkdwn(headline(message));
    const body = { text, blocks: [{ type: 'section', text: { type: 'mrkdwn', text: `*${text}*` } }] };
    return { contentType: 'application/json', body: Buffer.from(JSON.stringify(body)) };
  },
};
