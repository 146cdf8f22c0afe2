import { escapeHtml } from './escapes.js';
import type { Format } from './format.js';
import { headline } from './headline.js';

/** A card with one paragraph, whose text is a subset of HTML. */
export const googleChat: Format = {
  about: 'a card for a webhook of a Google Chat space, with one line that says what happened',
  render(message) {
    const text = `<b>${escapeHtml(headline(message))}</b>`;
    const body = { cards: [{ sections: [{ widgets: [{ textParagraph: { text } }] }] }] };
    return { contentType: 'application/json; charset=utf-8', body: Buffer.from(JSON.stringify(body)) };
  },
};
