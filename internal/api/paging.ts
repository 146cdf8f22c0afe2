import { z } from 'zod';
import { type Cursor, type Keyset, readCursor } from '../store/keyset.js';
import type { ListOf } from '../store/list-page.js';
import { boundedText } from './bounds.js';
import { written } from './numbers.js';

/** A key of three columns in base64 is shorter. */
const LONGEST_CURSOR = 256;
const FURTHEST_PAGE = 1_000_000_000;

/** A bad `limit` or `page` falls back; a cursor is ours, a bad one is refused. */
export const pagingOf = (order: Keyset) => ({
  limit: written(z.int().min(1).max(100)).catch(10).meta({ description: 'what is none of these falls back to 10' }),
  page: written(z.int().min(1).max(FURTHEST_PAGE)).catch(1).meta({ description: 'what is none falls back to 1' }),
  cursor: boundedText(LONGEST_CURSOR)
    .transform((text, context): Cursor => {
      const cursor = readCursor(text, order);
      if (cursor) return cursor;
      context.addIssue({ code: 'custom', message: 'must be the next_cursor of another page of this list' });
      return z.NEVER;
    })
    .pipe(z.custom<Cursor>())
    .optional()
    .meta({
      type: 'string',
      maxLength: LONGEST_CURSOR,
      description: 'the next_cursor of the page before; goes before `page`',
    }),
});

export const listOf = <Node extends z.ZodType>(node: Node) =>
  z.object({
    total: z.int().min(0).describe('how many match, on all pages; up to 1,000 it is exact'),
    total_is_estimate: z.literal(true).optional().describe('there when more match than are counted'),
    next_cursor: z
      .string()
      .optional()
      .describe('the `cursor` of the next page; absent on the last one. A page that is large may end before its limit'),
    nodes: z.array(node),
  });

/** What stands around the nodes of a list. */
export function listHead({ total, isEstimate, next }: Omit<ListOf<unknown>, 'nodes' | 'cursors'>) {
  return { total, ...(isEstimate && { total_is_estimate: true as const }), ...(next && { next_cursor: next }) };
}
