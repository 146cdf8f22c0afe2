import { z } from 'zod';
import type { Tags } from '../../domain/matching/tags.js';
import { first, next, shown } from './field.js';
import { type givenTags, patchTags, tagsPatch, withinBytes, withoutNulls } from './tag-fields.js';

/**
 * A text that may be empty. In PUT an empty text keeps the current one, and in PATCH `null` clears it. Elsewhere `null`
 * counts as absent, as in the Go service.
 */
export function optionalText<const Name extends string>(name: Name, schema: z.ZodString) {
  return {
    name,
    create: first(schema.nullable().default(''), (input) => input ?? ''),
    put: next(schema.nullable().optional(), keptIfEmpty),
    patch: next(schema.nullable().optional(), (input, current: string) => {
      return input === undefined ? current : (input ?? '');
    }),
    answer: shown(z.string(), (value: string) => value),
  };
}

interface NullableTextParts {
  readonly text: z.ZodString;
  /** The schema in PUT, where an empty text keeps the current one. */
  readonly orEmpty: z.ZodString;
}

/** A text that a resource need not have. `null` clears it, and the answer then lacks it. */
export function nullableText<const Name extends string>(name: Name, { text, orEmpty }: NullableTextParts) {
  return {
    name,
    create: first(text.nullable().optional(), (input): string | null => input ?? null),
    put: next(orEmpty.nullable().optional(), (input, current: string | null) => {
      return input === undefined || input === '' ? current : input;
    }),
    patch: next(text.nullable().optional(), (input, current: string | null) => (input === undefined ? current : input)),
    answer: shown(text.optional(), (value: string | null) => value ?? undefined),
  };
}

interface RequiredTextParts {
  readonly required: z.ZodString;
  /** The schema in PUT, where an empty text keeps the current one. */
  readonly orEmpty: z.ZodString;
  readonly toJson: (value: string) => string;
}

/** A text that a resource always has. */
export function requiredText<const Name extends string>(name: Name, { required, orEmpty, toJson }: RequiredTextParts) {
  return {
    name,
    create: first(required, (input) => input),
    put: next(orEmpty.optional(), keptIfEmpty),
    patch: next(required.optional(), (input, current: string) => input ?? current),
    answer: shown(z.string(), toJson),
  };
}

const keptIfEmpty = (input: string | null | undefined, current: string) => input || current;

/**
 * A yes or no. `null` in PATCH is the initial value where `isNullable` says so, and is refused elsewhere. In POST and
 * PUT it counts as absent, as in the Go service.
 */
export function flag<const Name extends string>(
  name: Name,
  schema: z.ZodBoolean,
  { initial, isNullable = false }: { readonly initial: boolean; readonly isNullable?: boolean },
) {
  return {
    name,
    create: first(schema.nullable().default(initial), (input) => input ?? initial),
    put: next(schema.nullable().optional(), (input, current: boolean) => input ?? current),
    patch: next(isNullable ? schema.nullable().optional() : schema.optional(), (input, current: boolean) => {
      return input === undefined ? current : (input ?? initial);
    }),
    answer: shown(z.boolean(), (value: boolean) => value),
  };
}

/** Tags. PUT replaces them as a whole, and PATCH merges them. `null` counts as absent, also as the value of a tag. */
export function tagsField(schema: typeof givenTags) {
  return {
    name: 'tags' as const,
    create: first(schema.nullable().default({}), (input): Tags => withinBytes(withoutNulls(input ?? {}))),
    put: next(schema.nullable().optional(), (input, current: Tags) =>
      input ? withinBytes(withoutNulls(input), current) : current,
    ),
    patch: next(tagsPatch.nullable().optional(), (input, current: Tags) => patchTags(current, input)),
    answer: shown(z.record(z.string(), z.string()), (value: Tags) => ({ ...value })),
  };
}
