import type { Header } from '../message/message.js';
import { type Parsed, parsed, refused } from '../text/parsed.js';
import { parseTag, type Tag } from './tags.js';

/** The conditions with which a publisher narrows a message to some webhooks. */
export interface Routing {
  readonly tags: readonly Tag[];
  readonly spaceId: number | undefined;
}

const EVERYBODY: Routing = { tags: [], spaceId: undefined };

/**
 * Parses `Hukz-Tag: key:value` (repeatable; a webhook must have all of these tags) and `Hukz-Space: 7`. Header names
 * are case-insensitive. Any malformed header makes the whole routing invalid, because firing every webhook instead
 * would give one tenant's message to another.
 */
export function parseRouting(headers: readonly Header[]): Parsed<Routing> {
  if (headers.length === 0) return parsed(EVERYBODY);
  const tags: Tag[] = [];
  let spaceId: number | undefined;
  for (const [name, value] of headers) {
    switch (name.toLowerCase()) {
      case 'hukz-tag': {
        const tag = parseTag(value);
        if (!tag.ok) return refused(`Hukz-Tag: ${tag.problem}`);
        tags.push(tag.value);
        break;
      }
      case 'hukz-space': {
        if (!/^\d{1,15}$/.test(value)) return refused('Hukz-Space: a space is written as a whole number');
        if (spaceId !== undefined && spaceId !== Number(value)) return refused('Hukz-Space: one space a message');
        spaceId = Number(value);
        break;
      }
      default:
    }
  }
  return parsed(tags.length === 0 && spaceId === undefined ? EVERYBODY : { tags, spaceId });
}
