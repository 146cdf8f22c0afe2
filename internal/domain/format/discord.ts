import type { Format } from './format.js';
import { headline } from './headline.js';

/** What Discord's markdown takes for a sign of its own, links and mentions included. */
const SIGNS = /[\\*_~`|<>[\]@]/g;

/** A line of bold text; nobody is notified by it, whatever it says. */
export const discord: Format = {
  about: 'a message for a webhook of a Discord channel, without mentions',
  render(message) {
    const text = headline(message).replace(SIGNS, (sign) => `\\${sign}`);
    const body = { content: `**${text}**`, allowed_mentions: { parse: [] } };
    return { contentType: 'application/json', body: Buffer.from(JSON.stringify(body)) };
  },
};
