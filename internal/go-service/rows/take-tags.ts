import { MAX_TAG_VALUE_LENGTH, MAX_TAGS, TAG_KEY, type Tags } from '../../domain/matching/tags.js';
import { isStorable } from '../../domain/text/storable.js';

export interface TakenTags {
  readonly tags: Tags;
  /** The differences to the tags of the Go service, in sentences. */
  readonly losses: readonly string[];
}

/** The tags of a row of the Go service, as far as ours can be the same. Of equal keys the last one counts, as in Go. */
export function takeTags(json: Buffer | null): TakenTags {
  const value = json === null ? null : parse(json);
  if (value === null) return { tags: {}, losses: [] };
  if (typeof value !== 'object' || Array.isArray(value)) return { tags: {}, losses: ['its tags are no object'] };
  const losses: string[] = [];
  const taken: [string, string][] = [];
  for (const [key, of] of Object.entries(value)) {
    const text = textOf(of);
    if (text === undefined || !TAG_KEY.test(key)) losses.push(`its tag ${JSON.stringify(key)} is left out`);
    else if (taken.length === MAX_TAGS) losses.push(`its tag ${key} is left out: there are at most ${MAX_TAGS}`);
    else {
      if (typeof of !== 'string') losses.push(`its tag ${key} becomes the text ${text}`);
      taken.push([key, text]);
    }
  }
  return { tags: Object.fromEntries(taken), losses };
}

function parse(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString());
  } catch {
    return 'no JSON';
  }
}

/** Numbers and booleans become texts. A null is no tag. */
function textOf(value: unknown): string | undefined {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (typeof text !== 'string' || !isStorable(text)) return undefined;
  return [...text].length <= MAX_TAG_VALUE_LENGTH ? text : undefined;
}
