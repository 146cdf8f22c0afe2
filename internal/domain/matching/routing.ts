import type { Header } from '../message/message.js';
import { type Parsed, parsed, refused } from '../text/parsed.js';
import { parseTag, type Tag } from './tags.js';

/** What a publisher narrows a message to. */
export interface Routing {
  readonly tags: readonly Tag[];
  readonly spaceId: number | undefined;
}

const EVERYBODY: Routing = { tags: [], spaceId: undefined };

/**
 * Reads `Hukz-Tag: key:value` (repeatable, all must be carried) and `Hukz-Space: 7`, whatever their case.
 * Malformed ones are refused as a whole: firing everybody instead would hand one tenant's message to another.
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
