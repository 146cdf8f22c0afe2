import { shownUrl } from '../../domain/secrets/hidden-url.js';
import { ABSENT, type Difference } from './differences.js';

/** A difference that docs/differences.md describes. */
interface Known {
  readonly says: string;
  applies(difference: Difference, path: string): boolean;
}

const isList = (path: string) => path.includes('?');
/** Times of the Go service have nanoseconds and the zone of its machine. */
const isSameInstant = (old: unknown, ours: unknown) =>
  typeof old === 'string' && typeof ours === 'string' && Date.parse(old) === Date.parse(ours);
const isEmpty = (value: unknown) => value === null || value === '' || value === 0 || value === false;

const KNOWN: readonly Known[] = [
  {
    says: 'answers of hukz have more fields',
    applies: ({ old, place }) => old === ABSENT && !place.endsWith('[]'),
  },
  { says: 'times have milliseconds and the zone Z', applies: ({ old, ours }) => isSameInstant(old, ours) },
  {
    says: 'tags are an object, never null',
    applies: ({ place, old, ours }) => /(^|\.)tags$/.test(place) && old === null && isEmptyObject(ours),
  },
  {
    says: 'secret parts of URLs are ***',
    applies: ({ place, old, ours }) => /(^|\.)url$/.test(place) && typeof old === 'string' && shownUrl(old) === ours,
  },
  { says: 'total counts all pages', applies: ({ place }, path) => place === 'total' && isList(path) },
  {
    says: 'an event that cannot be used is kept as a deleted one',
    applies: ({ place, ours }) => ours === ABSENT && /(^|\.)(events|nodes)\[\]$/.test(place),
  },
  {
    says: 'a webhook to whose URL no request can be made is disabled',
    applies: ({ place, old, ours }) => /(^|\.)enabled$/.test(place) && old === true && ours === false,
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
export function knownAs(difference: Difference, path: string): string | undefined {
  return KNOWN.find((known) => known.applies(difference, path))?.says;
}
