import type { Format } from './format.js';
import { headline } from './headline.js';

/** The three characters that are special in Slack: mentions, links and entities begin with them. */
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** A section for Slack's incoming webhooks. Notifications show `text`. */
export const slack: Format = {
  about: 'a message for an incoming webhook of Slack',
  host: 'hooks.slack.com',
  render(message) {
    const text = headline(message).replace(/[&<>]/g, (sign) => ENTITIES[sign] ?? '');
    const body = { text, blocks: [{ type: 'section', text: { type: 'mrkdwn', text: `*${text}*` } }] };
    return { contentType: 'application/json', body: Buffer.from(JSON.stringify(body)) };
  },
};
