import type { Format } from './format.js';
import { headline } from './headline.js';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A card with one paragraph, whose text is a subset of HTML. */
export const googleChat: Format = {
  about: 'a card for a webhook of a Google Chat space',
  host: 'chat.googleapis.com',
  render(message) {
    const text = headline(message).replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? '');
    const body = { cards: [{ sections: [{ widgets: [{ textParagraph: { text: `<b>${text}</b>` } }] }] }] };
    return { contentType: 'application/json; charset=utf-8', body: Buffer.from(JSON.stringify(body)) };
  },
};
