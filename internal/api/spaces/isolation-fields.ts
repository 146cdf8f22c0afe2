import { z } from 'zod';
import type { SpaceMapping } from '../../domain/matching/space-names.js';
import type { Isolation } from '../../store/spaces/space-row.js';
import { boundedText } from '../bodies/bounds.js';
import { first, next, shown } from '../bodies/field.js';

const isolation = z.enum(['open', 'strict']);

/** The field `isolation`. `null` is the initial value. */
export const isolationField = {
  name: 'isolation' as const,
  create: first(
    isolation
      .nullable()
      .default('open')
      .meta({
        description:
          'The webhooks of an `open` space receive the messages of their events, apart from those that name another ' +
          'space. The webhooks of a `strict` space receive only the messages that name their space.',
      }),
    (input): Isolation => input ?? 'open',
  ),
  put: next(isolation.nullable().optional(), (input, current: Isolation) => input ?? current),
  patch: next(isolation.nullable().optional(), (input, current: Isolation) => {
    return input === undefined ? current : (input ?? 'open');
  }),
  answer: shown(isolation, (value: Isolation) => value),
};

const MAX_TOKENS = 16;
const MAX_HEADER_LENGTH = 128;
/** A name with our prefix would say something else already. */
const HEADER_NAME = /^(?![Hh][Uu][Kk][Zz]-|[Nn][Aa][Tt][Ss]-)[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_PROBLEM = 'the name of a header is a token such as Tenant, and does not begin with Hukz- or Nats-';

const subject = z
  .union(
    [
      z.strictObject({ token: z.int().min(1).max(MAX_TOKENS) }),
      z.strictObject({ header: boundedText(MAX_HEADER_LENGTH).regex(HEADER_NAME, HEADER_PROBLEM) }),
    ],
    {
      error: (issue) =>
        headerProblemIn(issue.input) ??
        `subject is {"token": n}, a token of the subject from 1 to ${MAX_TOKENS}, or {"header": name}`,
    },
  )
  .meta({
    description:
      'The part of a message that names a strict space, by its number or its key: a token of the subject, counted ' +
      'from 1, or a header. With a token, nothing else names the space. Without this field, or without the header, ' +
      '`Hukz-Space` names it.',
    example: { token: 2 },
  });

function headerProblemIn(input: unknown): string | undefined {
  const header = typeof input === 'object' && input !== null && 'header' in input ? input.header : undefined;
  return typeof header === 'string' ? HEADER_PROBLEM : undefined;
}

/** The field `subject`. `null` clears it, and the answer then lacks it. */
export const subjectField = {
  name: 'subject' as const,
  create: first(subject.nullable().optional(), (input): SpaceMapping | null => input ?? null),
  put: next(subject.nullable().optional(), (input, current: SpaceMapping | null) => {
    return input === undefined ? current : input;
  }),
  patch: next(subject.nullable().optional(), (input, current: SpaceMapping | null) => {
    return input === undefined ? current : input;
  }),
  answer: shown(subject.optional(), (value: SpaceMapping | null) => value ?? undefined),
};
