import { escapeHtml } from '../escapes.js';
import { dayOf, type Fields, fieldsOf, labelledDay, linkOf, listOf, textOf, textsOf } from './fields.js';
import { header, image, line, markup, paragraphs, type Section } from './google-chat-widgets.js';
import { type Occasion, titleCase } from './occasion.js';

/** A card of Google Chat. */
export interface Card {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly sections: readonly Section[];
}

/** The card for one kind of entity. The words, spaces and line breaks are those of the Go service. */
type Layout = (occasion: Occasion) => Card;

/** Further claims would leave no room for the rest of a card. */
const MAX_CLAIMS = 5;
const COLOR = /^#[0-9a-f]{3,8}$/i;

const titled = ({ verb }: Occasion, entity: string, name: unknown) => `${titleCase(verb)} ${entity}: ${textOf(name)}`;
const only = (text: string): readonly Section[] => (text === '' ? [] : [paragraphs(text)]);
const names = (label: string, value: unknown) => {
  const list = textsOf(value, 'name').map(escapeHtml);
  return only(list.length > 0 ? `${label}${list.join(', ')}` : '');
};

const post: Layout = (occasion) => {
  const { payload } = occasion;
  const claims = listOf(payload.claims).slice(0, MAX_CLAIMS).map(claimInPost);
  return {
    header: header(titled(occasion, 'Post', payload.title), payload.excerpt),
    sections: [
      ...image(payload),
      ...only(labelledDay('<b>Published Date:</b> ', payload.published_date)),
      ...(claims.length > 0 ? [paragraphs(...claims)] : []),
      ...names('<b>Categories: </b>', payload.categories),
      ...names('<b>Tags: </b>', payload.tags),
      paragraphs(markup(payload.html_description)),
    ],
  };
};

function claimInPost({ claim, fact, claimant, rating, claim_date, html_description }: Fields): string {
  const date = dayOf(claim_date);
  const lines = [
    `<b>Claim: </b>${line(claim)}`,
    `<b>Fact: </b>${line(fact)}`,
    `<b>Claimant: </b>${line(fieldsOf(claimant).name)}`,
    `<b>Rating: </b>${line(fieldsOf(rating).name)}`,
    ...(date ? [`<b>ClaimDate: </b>${date.short}`] : []),
    `<b>Description: </b>${markup(html_description)}`,
  ];
  return `${lines.join('<br>')}<br>`;
}

/** Formats have a plain description, all others one in HTML. */
const described =
  (entity: string, description: (payload: Fields) => string): Layout =>
  ({ verb, payload }) => ({
    header: header(`${entity} '${textOf(payload.name)}' ${verb}`),
    sections: [paragraphs(description(payload))],
  });
const htmlDescription = (payload: Fields) => markup(payload.html_description);

const claim: Layout = (occasion) => {
  const { payload } = occasion;
  const claimant = fieldsOf(payload.claimant);
  const rating = fieldsOf(payload.rating);
  const color = textOf(fieldsOf(rating.background_colour).hex);
  const rated = `<font color="${COLOR.test(color) ? color : ''}">${line(rating.name)} (${line(rating.numeric_value)})</font>`;
  const dates = [
    labelledDay('<b>Claim Date: </b>', payload.claim_date),
    labelledDay('<b>Checked Date: </b>', payload.checked_date),
  ];
  return {
    header: header(titled(occasion, 'Claim', payload.claim)),
    sections: [
      paragraphs(`<b>Fact: </b>${line(payload.fact)}`),
      paragraphs(dates.filter(Boolean).join('<br>')),
      paragraphs(`<b>Claimant: </b>${line(claimant.name)}<br><b>Description: </b>${htmlDescription(claimant)}`),
      paragraphs(`<b>Rating: </b> ${rated} <br> <b>Description: </b>${htmlDescription(rating)}`),
      paragraphs(`<b>Description: </b>${htmlDescription(payload)}`),
    ],
  };
};

const policy: Layout = (occasion) => {
  const { payload } = occasion;
  const users = listOf(payload.users).map(
    ({ first_name, last_name, email }) => `${line(first_name)} ${line(last_name)} (${line(email)})<br>`,
  );
  const permissions = listOf(payload.permissions).map(
    ({ resource, actions }) =>
      `Resource: ${line(resource)} [${Array.isArray(actions) ? actions.map(line).join(',') : ''}]<br>`,
  );
  return {
    header: header(titled(occasion, 'Policy', payload.name), payload.description),
    sections: [
      ...only(users.length > 0 ? `<b>Users: </b> <br>${users.join('')}` : ''),
      ...only(permissions.length > 0 ? `<b>Permissions: </b> <br>${permissions.join('')}` : ''),
    ],
  };
};

const podcast: Layout = (occasion) => {
  const { payload } = occasion;
  const category = line(fieldsOf(payload.primary_category).name);
  return {
    header: header(titled(occasion, 'Podcast', payload.title), `Language: ${textOf(payload.language)}`),
    sections: [
      ...image(payload),
      ...only(category && `<b>Primary Category: </b>${category}`),
      ...names('<b>Categories: </b>', payload.categories),
      paragraphs(`<b>Description: </b>${htmlDescription(payload)}`),
    ],
  };
};

const episode: Layout = (occasion) => {
  const { payload } = occasion;
  const numbers = `Season: ${textOf(payload.season)} Episode: ${textOf(payload.episode)}`;
  const series = line(fieldsOf(payload.podcast).title);
  const audio = linkOf(payload.audio_url);
  return {
    header: header(titled(occasion, 'Episode', payload.title), numbers),
    sections: [
      ...image(payload),
      ...only(series && `<b>Podcast: </b>${series}`),
      ...only(labelledDay('<b>Published Date:</b> ', payload.published_date)),
      paragraphs(`<b>Description: </b>${htmlDescription(payload)}`),
      ...only(audio ? `<b>Audio URL: </b><a href="${escapeHtml(audio)}">${line(payload.title)}</a> ` : ''),
    ],
  };
};

/** The layouts by entity. Every other entity gets the whole envelope. */
export const googleChatLayouts: ReadonlyMap<string, Layout> = new Map([
  ['post', post],
  ['format', described('Format', (payload) => line(payload.description))],
  ['tag', described('Tag', htmlDescription)],
  ['category', described('Category', htmlDescription)],
  ['rating', described('Rating', htmlDescription)],
  ['claimant', described('Claimant', htmlDescription)],
  ['claim', claim],
  ['policy', policy],
  ['podcast', podcast],
  ['episode', episode],
]);
