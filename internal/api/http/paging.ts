import { z } from 'zod';
import { AppError } from '../../errors.js';
import { type Cursor, cursorForm, type Keyset, readCursor } from '../../store/postgres/keyset.js';
import type { ListOf } from '../../store/postgres/list-page.js';
import { boundedText } from '../bodies/bounds.js';
import { written } from '../bodies/numbers.js';

/** Maximum length of a parameter in a query. A cursor, which is a key of three columns, is shorter. */
const MAX_LENGTH = 256;
const FURTHEST_PAGE = 1_000_000_000;

/**
 * A number for which the contract accepts any text: a text that is not a valid number means the default. A parameter
 * that is sent twice is refused, because neither of its values can be preferred.
 */
function numberOr(fallback: number, max: number) {
  return z
    .unknown()
    .refine((value) => !Array.isArray(value), { error: 'may be given only once', abort: true })
    .refine((value) => String(value ?? '').length <= MAX_LENGTH, `has at most ${MAX_LENGTH} characters`)
    .optional()
    .pipe(written(z.int().min(1).max(max)).catch(fallback))
    .meta({
      type: undefined,
      minimum: undefined,
      maximum: undefined,
      anyOf: [
        { type: 'integer', minimum: 1, maximum: max },
        { type: 'string', maxLength: MAX_LENGTH },
      ],
      description: `Any other text means ${fallback}.`,
    });
}

/**
 * An invalid `limit` or `page` falls back to the default. A cursor is made by hukz, so that an invalid cursor is
 * refused.
 */
export const pagingOf = (order: Keyset) => ({
  limit: numberOr(10, 100),
  page: numberOr(1, FURTHEST_PAGE),
  cursor: boundedText(MAX_LENGTH)
    .regex(cursorForm(order), 'must be the next_cursor of a page of this list')
    .transform(readCursor)
    .pipe(z.custom<Cursor>())
    .optional()
    .meta({
      type: 'string',
      maxLength: MAX_LENGTH,
      pattern: cursorForm(order).source,
      description: 'The `next_cursor` of the previous page. Takes precedence over `page`.',
    }),
});

export const listOf = <Node extends z.ZodType>(node: Node) =>
  z.object({
    total: z.int().min(0).describe('Number of matches on all pages. Exact up to 1,000.'),
    total_is_estimate: z.literal(true).optional().describe('Present if `total` is an estimate.'),
    next_cursor: z
      .string()
      .optional()
      .describe(
        'The `cursor` of the next page. Absent on the last page. A large page may have fewer entries than `limit`.',
      ),
    nodes: z.array(node),
  });

/** The members around the nodes of a list. */
export function listHead({ total, isEstimate, next }: Omit<ListOf<unknown>, 'nodes' | 'cursors'>) {
  return { total, ...(isEstimate && { total_is_estimate: true as const }), ...(next && { next_cursor: next }) };
}

/** The paging of a list that is read in windows, whose rows are not counted and have no page numbers. */
export function windowPagingOf(order: Keyset) {
  const { limit, cursor } = pagingOf(order);
  return { limit, cursor: cursor.describe('The `next_cursor` of the previous page.') };
}

export const windowOf = <Node extends z.ZodType>(node: Node) =>
  z.object({
    next_cursor: z
      .string()
      .optional()
      .describe(
        'The `cursor` of the next page. Absent on the last page. A page reads a limited number of rows: it may have ' +
          'fewer nodes than `limit`, or none, and a next page.',
      ),
    nodes: z.array(node),
  });

/** Refuses a range of time that is always empty. @throws {AppError} `unprocessable` */
export function requireRange({
  since,
  until,
}: {
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}) {
  if (since && until && since >= until)
    throw new AppError(
      'unprocessable',
      'since must be before until, for example since=2026-01-30&until=2026-01-31',
      'since',
    );
}
