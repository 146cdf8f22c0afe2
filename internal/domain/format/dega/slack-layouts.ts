import { escapeMrkdwn } from '../escapes.js';
import { dayOf, type Fields, fieldsOf, labelledDay, listOf, textsOf } from './fields.js';
import { type Occasion, titleCase, whatHappened } from './occasion.js';
import { type Block, imageBlock, line, prose, section, titleBlock } from './slack-blocks.js';

/** The blocks for one kind of entity. The words, spaces and line breaks are those of the Go service. */
type Layout = (occasion: Occasion) => readonly Block[];

/** A name that is blank counts as none. */
export const defaultBlocks: Layout = (occasion) => [
  titleBlock(
    `*${escapeMrkdwn(whatHappened(occasion))}: ${line(occasion.payload.name) || line(occasion.payload.title)}*`,
  ),
];

const heading = ({ verb }: Occasion, entity: string, name: unknown) =>
  `*${escapeMrkdwn(titleCase(verb))} ${entity}: ${line(name)}*`;
const names = (label: string, value: unknown) => {
  const list = textsOf(value, 'name').map(escapeMrkdwn);
  return section(list.length > 0 ? `${label}${list.join(', ')}` : '');
};

const post: Layout = (occasion) => {
  const { payload } = occasion;
  return [
    titleBlock(`${heading(occasion, 'Post', payload.title)} \n${line(payload.excerpt)}`),
    ...imageBlock(payload),
    ...section(labelledDay('*Published Date: * ', payload.published_date)),
    ...section(listOf(payload.claims).map(claimInPost).join('')),
    ...names('*Categories:* ', payload.categories),
    ...names('*Tags:* ', payload.tags),
    ...section(prose(payload.html_description)),
  ];
};

function claimInPost({ claim, fact, claimant, rating, claim_date, html_description }: Fields): string {
  const date = dayOf(claim_date);
  const lines = [
    `*Claim:* ${line(claim)}`,
    `*Fact:* ${line(fact)}`,
    `*Claimant:* ${line(fieldsOf(claimant).name)}`,
    `*Rating:* ${line(fieldsOf(rating).name)}`,
    ...(date ? [`*ClaimDate:* ${date.short}`] : []),
    `*Description:* ${prose(html_description)}`,
  ];
  return `\n${lines.join('\n')}\n`;
}

/** Formats have a plain description, all others one in HTML. */
const described =
  (entity: string, description: (payload: Fields) => string): Layout =>
  (occasion) => [
    titleBlock(heading(occasion, entity, occasion.payload.name)),
    ...section(description(occasion.payload)),
  ];
const htmlDescription = (payload: Fields) => prose(payload.html_description);

const claim: Layout = (occasion) => {
  const { payload } = occasion;
  const claimant = fieldsOf(payload.claimant);
  const rating = fieldsOf(payload.rating);
  const dates = [
    labelledDay('*Claim Date:* ', payload.claim_date),
    labelledDay('*Checked Date:* ', payload.checked_date),
  ];
  return [
    titleBlock(heading(occasion, 'Claim', payload.claim)),
    ...section(prose(payload.fact)),
    ...section(dates.filter(Boolean).join('\n')),
    ...section(`*Claimant:* ${line(claimant.name)}\n*Description:* ${htmlDescription(claimant)}`),
    ...section(
      `*Rating:* ${line(rating.name)}(${line(rating.numeric_value)}) *Description:* ${htmlDescription(rating)}`,
    ),
    ...section(`*Description:* ${htmlDescription(payload)}`),
  ];
};

const policy: Layout = (occasion) => {
  const { payload } = occasion;
  const users = listOf(payload.users).map(
    ({ first_name, last_name, email }) => `${line(first_name)} ${line(last_name)} (${line(email)})\n`,
  );
  const permissions = listOf(payload.permissions).map(
    ({ resource, actions }) => `Resource: ${line(resource)} [${actionsIn(actions).map(line).join(',')}]\n`,
  );
  return [
    titleBlock(heading(occasion, 'Policy', payload.name)),
    ...section(users.length > 0 ? `*Users:* \n${users.join('')}` : ''),
    ...section(permissions.length > 0 ? `*Permissions:* \n${permissions.join('')}` : ''),
  ];
};

const actionsIn = (actions: unknown): readonly unknown[] => (Array.isArray(actions) ? actions : []);

const podcast: Layout = (occasion) => {
  const { payload } = occasion;
  const category = line(fieldsOf(payload.primary_category).name);
  return [
    titleBlock(`${heading(occasion, 'Podcast', payload.title)} \n*Language:* ${line(payload.language)}`),
    ...imageBlock(payload),
    ...section(category && `*Primary Category:* ${category}`),
    ...names('*Categories:* ', payload.categories),
    ...section(`*Description:* ${htmlDescription(payload)}`),
  ];
};

const episode: Layout = (occasion) => {
  const { payload } = occasion;
  const numbers = `*Season:* ${line(payload.season)}  *Episode:* ${line(payload.episode)}`;
  const series = line(fieldsOf(payload.podcast).title);
  const audio = line(payload.audio_url);
  return [
    titleBlock(`${heading(occasion, 'Episode', payload.title)} \n${numbers}`),
    ...imageBlock(payload),
    ...section(series && `*Podcast:* ${series}`),
    ...section(labelledDay('*Published Date:* ', payload.published_date)),
    ...section(`*Description* ${htmlDescription(payload)}`),
    ...section(audio && `*Audio URL:* ${audio}`),
  ];
};

/** The layouts by entity. Every other entity has the default layout. */
export const slackLayouts: ReadonlyMap<string, Layout> = new Map([
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
