import { shownUrl } from '../../domain/secrets/hidden-url.js';
import { splitLogin } from '../rows/login.js';
import { takeTags } from '../rows/take-tags.js';
import { ABSENT, type Difference, isObject } from './differences.js';
import type { UnusableRows } from './unusable-rows.js';

/** A difference that docs/differences.md describes. */
interface Known {
  readonly says: string;
  applies(difference: Difference, path: string, unusable: UnusableRows): boolean;
}

const isList = (path: string) => path.includes('?');
/** Times of the Go service have nanoseconds and the zone of its machine. */
const isSameInstant = (old: unknown, ours: unknown) =>
  typeof old === 'string' && typeof ours === 'string' && Date.parse(old) === Date.parse(ours);
const isUrl = (place: string, old: unknown): old is string => /(^|\.)url$/.test(place) && typeof old === 'string';
const isEmpty = (value: unknown) => value === null || value === '' || value === 0 || value === false;

const KNOWN: readonly Known[] = [
  {
    says: 'answers of hukz have more fields',
    applies: ({ old, place }) => old === ABSENT && !place.endsWith('[]'),
  },
  {
    says: 'an error without a field has no source',
    applies: ({ place, old, ours }) => place === 'errors[].source' && old === '' && ours === ABSENT,
  },
  { says: 'ids are positive integers', applies: (_difference, path) => path.endsWith('/0') },
  { says: 'times have milliseconds and the zone Z', applies: ({ old, ours }) => isSameInstant(old, ours) },
  {
    says: 'tags are an object, never null',
    applies: ({ place, old, ours }) => /(^|\.)tags$/.test(place) && old === null && isEmptyObject(ours),
  },
  {
    says: 'secret parts of URLs are ***',
    applies: ({ place, old, ours }) => isUrl(place, old) && shownUrl(old) === ours,
  },
  {
    says: 'the user and password of a URL are the auth of its webhook',
    applies: ({ place, old, ours }) => isUrl(place, old) && shownUrl(splitLogin(old).url) === ours,
  },
  {
    says: 'tags that are not allowed are left out, and numbers and booleans become text',
    applies: ({ place, old, ours }) => {
      const [, name] = /(?:^|\.)tags(?:\.(.*))?$/s.exec(place) ?? [place];
      if (name === place || old === ABSENT) return false;
      const taken = takeTags(Buffer.from(JSON.stringify(name === undefined ? old : { [name]: old }))).tags;
      return name === undefined ? isEmptyObject(taken) && isEmptyObject(ours) : (taken[name] ?? ABSENT) === ours;
    },
  },
  { says: 'total counts all pages', applies: ({ place }, path) => place === 'total' && isList(path) },
  {
    says: 'an event that cannot be used is kept as a deleted one',
    applies: ({ place, old, ours }, path, { events }) => {
      const [, alone] = /^\/events\/(\d+)$/.exec(path) ?? [];
      if (alone !== undefined) return events.has(Number(alone));
      const isEvent = place.endsWith('events[]') || (place === 'nodes[]' && path.startsWith('/events'));
      return isEvent && ours === ABSENT && isObject(old) && events.has(old.id);
    },
  },
  {
    says: 'logs that were not imported, or that one of the services has written since',
    applies: ({ place, old, ours }, path) =>
      path.startsWith('/webhooks/logs') && place === 'nodes[]' && (old === ABSENT || ours === ABSENT),
  },
  {
    says: 'a webhook to whose URL no request can be made is disabled',
    applies: ({ place, of, old, ours }, _path, { webhooks }) =>
      /^(nodes\[\]\.)?enabled$/.test(place) && old === true && ours === false && webhooks.has(of),
  },
  {
    says: 'errors of unknown paths are like all others',
    applies: (_difference, path) => path === '/nowhere',
  },
  {
    says: 'nulls of the database are empty values',
    applies: ({ old, ours }) => isEmpty(old) && isEmpty(ours),
  },
  {
    says: 'the body of an imported log is what was sent; other logs are made from their message',
    applies: ({ place }, path) => path.startsWith('/webhooks/logs') && /^nodes\[\]\.(data|response_body)/.test(place),
  },
  {
    says: '/health/ready also reports NATS and the intake',
    applies: (_difference, path) => path === '/health/ready',
  },
];

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** The sentence for a difference that is known. */
export function knownAs(difference: Difference, path: string, unusable: UnusableRows): string | undefined {
  return KNOWN.find((known) => known.applies(difference, path, unusable))?.says;
}
