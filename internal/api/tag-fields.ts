import { z } from 'zod';
import { LONGEST_TAG_VALUE, MOST_TAGS, parseTag, TAG_KEY, type Tag, type Tags } from '../domain/tags.js';
import { parseFields } from './invalid-fields.js';
import { isStorable, text, UNSTORABLE } from './text.js';

const key = z.string().regex(TAG_KEY, 'a key has 1 to 64 characters out of A-Z, a-z, 0-9, _, . and -');
const atMost = `there are at most ${MOST_TAGS} tags`;
const isFew = (tags: object) => Object.keys(tags).length <= MOST_TAGS;

export const tags = z
  .record(key, text(LONGEST_TAG_VALUE))
  .refine(isFew, atMost)
  .meta({
    maxProperties: MOST_TAGS,
    description: 'how it is found again: keys and their values',
    example: { app: 'example' },
  });

/** A merge patch of tags: those named are set, `null` removes one, the others stay. */
export const tagsPatch = z
  .record(key, text(LONGEST_TAG_VALUE).nullable())
  .refine(isFew, atMost)
  .meta({
    maxProperties: MOST_TAGS,
    description: 'those named are set, null removes one, the others stay',
    example: { app: 'example', gone: null },
  });

export function patchTags(current: Tags, patch: z.output<typeof tagsPatch> | null | undefined): Tags {
  if (patch === undefined) return current;
  if (patch === null) return {};
  const merged = Object.entries({ ...current, ...patch }).filter(([, value]) => value !== null);
  return parseFields(z.object({ tags }), { tags: Object.fromEntries(merged) }).tags;
}

const tagQuery = z
  .string()
  .transform((written, context): Tag => {
    const tag = isStorable(written) ? parseTag(written) : { ok: false as const, problem: UNSTORABLE };
    if (tag.ok) return tag.value;
    context.addIssue({ code: 'custom', message: tag.problem });
    return z.NEVER;
  })
  .pipe(z.custom<Tag>())
  .meta({ type: 'string', pattern: '^[^:]+:', example: 'app:example' });

/** `?tag=key:value`, repeatable; all of them must be carried. */
export const tagQueries = z
  .preprocess(
    (given) => (given === undefined ? [] : Array.isArray(given) ? given : [given]),
    z.array(tagQuery).max(MOST_TAGS),
  )
  .meta({ description: 'key:value; repeatable, all of them must be carried' });
