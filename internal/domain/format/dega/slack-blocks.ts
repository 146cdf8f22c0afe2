import { escapeMrkdwn } from '../escapes.js';
import { type Fields, fieldsOf, linkOf, textOf } from './fields.js';
import { htmlText } from './html-text.js';
import { LOGO } from './logo.js';

/** A block of a Slack message. */
export type Block = Readonly<Record<string, unknown>>;

/** Slack refuses a message with a longer section. */
const MAX_SECTION = 3000;
const ACCESSORY = { type: 'image', image_url: LOGO, alt_text: 'Factly' };

/** One line of the payload, without mentions and links. */
export const line = (value: unknown) => escapeMrkdwn(textOf(value));
/** The text of the payload's HTML, without mentions and links. */
export const prose = (html: unknown) => escapeMrkdwn(htmlText(html));

/** The first section. The markup in `text` is ours; what comes from the payload is escaped. */
export function titleBlock(text: string): Block {
  return { ...block(text), accessory: ACCESSORY };
}

/** A section, or none: Slack refuses a message with an empty section. */
export function section(text: string): readonly Block[] {
  return text === '' ? [] : [block(text)];
}

/** The image of a post, a podcast or an episode, if the payload has one that Slack can load. */
export function imageBlock({ medium, title }: Fields): readonly Block[] {
  const { url, alt_text, name, title: caption } = fieldsOf(medium);
  const image_url = linkOf(fieldsOf(url).raw);
  if (image_url === undefined) return [];
  const alt = [alt_text, name, caption].map(textOf).find((text) => text !== '') ?? 'alt text';
  return [{ type: 'image', title: { type: 'plain_text', text: textOf(title) || alt }, image_url, alt_text: alt }];
}

function block(text: string): Block {
  return { type: 'section', text: { type: 'mrkdwn', text: cut(text) } };
}

/** An entity that is cut in the middle would be shown as text. */
function cut(text: string): string {
  if (text.length <= MAX_SECTION) return text;
  return `${text.slice(0, MAX_SECTION - 1).replace(/&[a-z]*$|[\ud800-\udbff]$/, '')}…`;
}
