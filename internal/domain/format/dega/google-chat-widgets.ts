import { escapeHtml } from '../escapes.js';
import { type Fields, fieldsOf, linkOf, textOf } from './fields.js';
import { htmlText } from './html-text.js';
import { LOGO } from './logo.js';

/** A section of a Google Chat card. */
export type Section = Readonly<Record<string, unknown>>;

export interface Header {
  readonly title: string;
  readonly subtitle?: string;
}

/** Google Chat refuses messages above 32 KB, in which there may be six of these. */
const MAX_HTML = 3000;

/** One line of the payload, without markup. */
export const line = (value: unknown) => escapeHtml(textOf(value));

/** HTML of the payload, which the field is there for. Long HTML becomes text, because it cannot be cut. */
export function markup(html: unknown): string {
  if (typeof html !== 'string') return '';
  return html.length <= MAX_HTML ? html : escapeHtml(htmlText(html));
}

/** A header is plain text, in which markup has no effect. */
export function header(title: string, subtitle?: unknown): Readonly<Record<string, unknown>> {
  const below = textOf(subtitle);
  return { title, ...(below && { subtitle: below }), imageUrl: LOGO, imageStyle: 'IMAGE' };
}

/** A section with paragraphs. The markup in the texts is ours; what comes from the payload is escaped. */
export function paragraphs(...texts: readonly string[]): Section {
  return { widgets: texts.map((text) => ({ textParagraph: text ? { text } : {} })) };
}

/** The image of a post, a podcast or an episode, if the payload has one. */
export function image({ medium }: Fields): readonly Section[] {
  const imageUrl = linkOf(fieldsOf(fieldsOf(medium).url).raw);
  return imageUrl === undefined ? [] : [{ widgets: [{ image: { imageUrl, onClick: { openLink: {} } } }] }];
}
