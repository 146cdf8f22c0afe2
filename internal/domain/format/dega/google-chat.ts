import { escapeAsJson } from '../escapes.js';
import type { Format, Occurrence, Rendering } from '../format.js';
import { type Card, googleChatLayouts } from './google-chat-layouts.js';
import { paragraphs } from './google-chat-widgets.js';
import { occasionOf } from './occasion.js';

/** Google Chat refuses messages above 32,000 bytes. */
const MAX_BYTES = 31_000;

/** The card that the Go service sends to Google Chat. */
export const hukzGoogleChat: Format = {
  about:
    'the card of the Go service for a Google Chat space: the whole envelope as text, cut to what Google Chat accepts',
  host: 'chat.googleapis.com',
  render: (message) => rendering(envelopeCard(message)),
};

/** The cards that the Go service sends to Google Chat with `DEGA_TO_GOOGLE_CHAT`. */
export const degaGoogleChat: Format = {
  about: 'the cards of the Go service with `DEGA_TO_GOOGLE_CHAT`: entities of Dega with their fields, others in full',
  host: 'chat.googleapis.com',
  enabledBy: 'DEGA_TO_GOOGLE_CHAT',
  render(message) {
    const occasion = occasionOf(message);
    const layout = googleChatLayouts.get(occasion.entity);
    return rendering(layout ? layout(occasion) : envelopeCard(message));
  },
};

function envelopeCard({ body }: Occurrence): Card {
  // Escapes make a text up to eight times as long.
  for (let max = MAX_BYTES; ; max = Math.floor(max / 2)) {
    const text = escapeAsJson(Buffer.from(body.subarray(0, max)).toString());
    // A character that the cut has split is decoded as U+FFFD.
    const section = paragraphs(body.length > max ? `${text.replace(/\ufffd*$/, '')}…` : text);
    if (bytesOf(section) <= MAX_BYTES) return { sections: [section] };
  }
}

/** Sections that would make the card too large are left out. */
function rendering({ header, sections }: Card): Rendering {
  let bytes = header ? bytesOf(header) : 0;
  const fitting = sections.filter((section) => {
    const size = bytesOf(section) + 1;
    const isFitting = bytes + size <= MAX_BYTES + 1;
    if (isFitting) bytes += size;
    return isFitting;
  });
  const card = { ...(header && { header }), sections: fitting };
  return { contentType: 'application/json; charset=utf-8', body: Buffer.from(JSON.stringify({ cards: [card] })) };
}

function bytesOf(part: object): number {
  return Buffer.byteLength(JSON.stringify(part));
}
