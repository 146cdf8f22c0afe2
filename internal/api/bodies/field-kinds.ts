import { z } from 'zod';
import type { Tags } from '../../domain/matching/tags.js';
import { first, next, shown } from './field.js';
import { patchTags, type tags, tagsPatch, withinBytes } from './tag-fields.js';

/** A text that may be empty. In PUT an empty text keeps the current one, and in PATCH `null` clears it. */
export function optionalText<const Name extends string>(name: Name, schema: z.ZodString) {
  return {
    name,
    create: first(schema.default(''), (given) => given),
    put: next(schema.optional(), keptIfEmpty),
    patch: next(schema.nullable().optional(), (given, current: string) => {
      return given === undefined ? current : (given ?? '');
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
    create: first(text.nullable().optional(), (given): string | null => given ?? null),
    put: next(orEmpty.nullable().optional(), (given, current: string | null) => {
      return given === undefined || given === '' ? current : given;
    }),
    patch: next(text.nullable().optional(), (given, current: string | null) => (given === undefined ? current : given)),
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
    create: first(required, (given) => given),
    put: next(orEmpty.optional(), keptIfEmpty),
    patch: next(required.optional(), (given, current: string) => given ?? current),
    answer: shown(z.string(), toJson),
  };
}

const keptIfEmpty = (given: string | undefined, current: string) => given || current;

/** A yes or no. `null` in PATCH is the initial value where `isNullable` says so, and is refused elsewhere. */
export function flag<const Name extends string>(
  name: Name,
  schema: z.ZodBoolean,
  { initial, isNullable = false }: { readonly initial: boolean; readonly isNullable?: boolean },
) {
  return {
    name,
    create: first(schema.default(initial), (given) => given),
    put: next(schema.optional(), (given, current: boolean) => given ?? current),
    patch: next(isNullable ? schema.nullable().optional() : schema.optional(), (given, current: boolean) => {
      return given === undefined ? current : (given ?? initial);
    }),
    answer: shown(z.boolean(), (value: boolean) => value),
  };
}

/** Tags. PUT replaces them as a whole, and PATCH merges them. */
export function tagsField(schema: typeof tags) {
  return {
    name: 'tags' as const,
    create: first(schema.default({}), (given): Tags => withinBytes(given)),
    put: next(schema.optional(), (given, current: Tags) => (given ? withinBytes(given, current) : current)),
    patch: next(tagsPatch.nullable().optional(), (given, current: Tags) => patchTags(current, given)),
    answer: shown(z.record(z.string(), z.string()), (value: Tags) => ({ ...value })),
  };
}
