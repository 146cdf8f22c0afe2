import { z } from 'zod';
import {
  MAX_TAG_BYTES,
  MAX_TAG_KEY_LENGTH,
  MAX_TAG_VALUE_LENGTH,
  MAX_TAGS,
  parseTag,
  TAG_KEY,
  type Tag,
  type Tags,
  tagBytes,
} from '../../domain/matching/tags.js';
import { isStorable, UNSTORABLE } from '../../domain/text/storable.js';
import { AppError } from '../../errors.js';
import { boundedRecord, boundedText, repeatable } from './bounds.js';
import { parseFields } from './invalid-fields.js';
import { text } from './text.js';

const key = z.string().regex(TAG_KEY, 'a key has 1 to 64 characters from A-Z, a-z, 0-9, _, . and -');
const MAX_TAG_LENGTH = MAX_TAG_KEY_LENGTH + 1 + MAX_TAG_VALUE_LENGTH;
const atMost = `there are at most ${MAX_TAGS} tags`;

export const tags = boundedRecord({ key, value: text(MAX_TAG_VALUE_LENGTH) }, MAX_TAGS, atMost).meta({
  maxProperties: MAX_TAGS,
  description: `Keys and values for selecting, at most ${MAX_TAG_BYTES} bytes of JSON.`,
  example: { app: 'example' },
});

/** Tags of a request. The Go service answers and accepts `null` for a value. */
export const givenTags = boundedRecord({ key, value: text(MAX_TAG_VALUE_LENGTH).nullable() }, MAX_TAGS, atMost).meta({
  maxProperties: MAX_TAGS,
  description: `Keys and values for searching and selecting, at most ${MAX_TAG_BYTES} bytes of JSON. A tag whose value is \`null\` is left out.`,
  example: { app: 'example' },
});

export function withoutNulls(given: z.output<typeof givenTags>): Tags {
  return Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

/** A merge patch of tags: it sets the named tags, `null` removes a tag, and all other tags stay. */
export const tagsPatch = boundedRecord({ key, value: text(MAX_TAG_VALUE_LENGTH).nullable() }, MAX_TAGS, atMost).meta({
  maxProperties: MAX_TAGS,
  description: 'Sets the named tags. `null` removes a tag. Other tags are unchanged.',
  example: { app: 'example', gone: null },
});

/** Tags that were stored under a higher limit may stay, and may be reduced. @throws {AppError} `unprocessable` */
export function withinBytes(next: Tags, current: Tags = {}): Tags {
  const bytes = tagBytes(next);
  if (bytes <= MAX_TAG_BYTES || bytes <= tagBytes(current)) return next;
  const sentence = `tags have at most ${MAX_TAG_BYTES} bytes of JSON in total, and these have ${bytes}`;
  throw new AppError('unprocessable', sentence, 'tags');
}

export function patchTags(current: Tags, patch: z.output<typeof tagsPatch> | null | undefined): Tags {
  if (patch === undefined) return current;
  if (patch === null) return {};
  const merged = Object.entries({ ...current, ...patch }).filter(([, value]) => value !== null);
  return withinBytes(parseFields(z.object({ tags }), { tags: Object.fromEntries(merged) }).tags, current);
}

const tagQuery = boundedText(MAX_TAG_LENGTH)
  .transform((written, context): Tag => {
    const tag = isStorable(written) ? parseTag(written) : { ok: false as const, problem: UNSTORABLE };
    if (tag.ok) return tag.value;
    context.addIssue({ code: 'custom', message: tag.problem });
    return z.NEVER;
  })
  .pipe(z.custom<Tag>())
  .meta({
    type: 'string',
    maxLength: MAX_TAG_LENGTH,
    pattern: String.raw`^[^:\u0000]+:[^\u0000]*$`,
    example: 'app:example',
  });

/** `?tag=key:value` can be repeated. The resource must carry all of the given tags. */
export const tagQueries = repeatable(tagQuery, MAX_TAGS).meta({
  description: 'Only resources with this tag, written `key:value`. Can be repeated: all given tags must match.',
});
