import type { Format } from './format.js';
import { headline } from './headline.js';

/** Characters that are special in Discord's markdown, including those of links and mentions. */
const SIGNS = /[\\*_~`|<>[\]@]/g;

/** A line of bold text. It cannot notify a user, whatever the text contains. */
export const discord: Format = {
  about: 'a message for a webhook of a Discord channel, without mentions',
  render(message) {
    const text = headline(message).replace(SIGNS, (sign) => `\\${sign}`);
    const body = { content: `**${text}**`, allowed_mentions: { parse: [] } };
    return { contentType: 'application/json', body: Buffer.from(JSON.stringify(body)) };
  },
};
