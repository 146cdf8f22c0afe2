import { pointerTo } from '../values/wanted-paths.js';

export const MAX_CONDITIONS = 100;

/** The place in a message that a part of a filter is about. */
export interface Place {
  readonly path: string;
  /** Says what a part of the filter must be at a place without a value of its own, such as all headers together. */
  readonly isNoValue?: string;
  /** Returns the place behind a name, or the sentence that refuses the name. */
  member(name: string): Place | string;
  /** Counts a condition. Returns false if the filter has too many. */
  count(): boolean;
}

type Count = Place['count'];

/** A place in the payload, or in an element of an array. */
export function placeIn(pointer: string, count: Count): Place {
  return { path: pointer, count, member: (name) => placeIn(pointerTo(pointer, name), count) };
}

const NO_MEMBERS = 'a text has no members; the operators begin with $';
const textPlace = (path: string, count: Count): Place => ({ path, count, member: () => NO_MEMBERS });

/** The headers of a message, by their names in any case. */
export function headersPlace(count: Count): Place {
  return {
    path: 'headers',
    isNoValue: 'must be an object of names of headers: {"x-region": "eu"}',
    count,
    member: (name) => textPlace(`headers/${name.toLowerCase()}`, count),
  };
}

const TOKEN = /^[1-9]\d{0,2}$/;

/** The subject of a message, and its tokens by their numbers from 1 on. */
export function subjectPlace(count: Count): Place {
  const tokens: Place = {
    path: 'subject',
    isNoValue: 'must be an object of numbers of tokens: {"1": "eu"}',
    count,
    member: (name) => (TOKEN.test(name) ? textPlace(`subject/${name}`, count) : 'tokens are counted from 1 on'),
  };
  return {
    path: 'subject',
    count,
    member: (name) => (name === 'tokens' ? tokens : 'a subject has only the member tokens'),
  };
}
