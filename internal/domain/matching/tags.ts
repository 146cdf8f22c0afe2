import { type Parsed, parsed, refused } from '../text/parsed.js';

/** Labels of an event or a webhook. Keys `[A-Za-z0-9_.-]{1,64}`, values at most 256 characters, at most 32 pairs. */
export type Tags = Readonly<Record<string, string>>;

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export const MAX_TAGS = 32;
export const MAX_TAG_KEY_LENGTH = 64;
export const MAX_TAG_VALUE_LENGTH = 256;
/**
 * Maximum size of the JSON of all tags of one event or webhook. It has room for the maximum number of tags of maximum
 * length in ASCII.
 */
export const MAX_TAG_BYTES = 12 * 1024;
export const TAG_KEY = /^[A-Za-z0-9_.-]{1,64}$/;

/** Returns the size of the tags' JSON in bytes. */
export function tagBytes(tags: Tags): number {
  return Buffer.byteLength(JSON.stringify(tags));
}

/** Reads `key:value`, split at the first colon. */
export function parseTag(text: string): Parsed<Tag> {
  const colon = text.indexOf(':');
  if (colon < 1) return refused('a tag is written key:value');
  return parsed({ key: text.slice(0, colon), value: text.slice(colon + 1) });
}

/** Returns the canonical text of a tag. It is unambiguous because keys contain no colon. */
export function tagText(key: string, value: string): string {
  return `${key}:${value}`;
}

export function carriesTag(tags: Tags, tag: Tag): boolean {
  return Object.hasOwn(tags, tag.key) && tags[tag.key] === tag.value;
}
