import type { Format } from './format.js';
import { headline } from './headline.js';

/** A message with an Adaptive Card. A text run, unlike a text block, has no markdown, so its text needs no escaping. */
export const teams: Format = {
  about: 'an Adaptive Card for a workflow or an incoming webhook of Microsoft Teams',
  render(message) {
    const text = headline(message);
    const card = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.4',
      fallbackText: text,
      body: [{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text, weight: 'Bolder' }] }],
    };
    const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card };
    const body = { type: 'message', attachments: [attachment] };
    return { contentType: 'application/json', body: Buffer.from(JSON.stringify(body)) };
  },
};
