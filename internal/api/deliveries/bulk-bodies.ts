import { z } from 'zod';
import { AppError } from '../../errors.js';
import { DELIVERIES_ORDER } from '../../store/deliveries/list/list-cursor.js';
import { boundedList } from '../bodies/bounds.js';
import { windowPagingOf } from '../http/paging.js';
import { bodyReference, bodySpaceFilter } from '../names/reference.js';
import { filterFields } from './delivery-filter.js';
import type { DELIVERY_STATES } from './delivery-list-answer.js';

const MAX_IDS = 500;
const ID = '01890a5d-ac96-774b-bcce-b302099a8057';

function bulkBody<State extends (typeof DELIVERY_STATES)[number]>(title: string, states: readonly [State, ...State[]]) {
  const filter = z.strictObject({
    ...filterFields,
    state: z.enum(states).meta({ example: states[0] }),
    webhook: bodyReference.optional().describe('Only deliveries of this webhook: its id, or `key:<key>`.'),
    space: bodySpaceFilter,
  });
  return z
    .strictObject({
      ids: boundedList(z.guid(), MAX_IDS)
        .refine((ids) => ids.length > 0, 'names at least one delivery')
        .optional()
        .meta({ minItems: 1, description: 'The ids of the deliveries.', example: [ID] }),
      filter: filter.optional().meta({
        description: 'Instead of `ids`: all deliveries of the list with this filter.',
        example: { state: states[0], webhook: 1 },
      }),
      cursor: windowPagingOf(DELIVERIES_ORDER).cursor.describe(
        'The `next_cursor` of the previous answer. Only with a filter.',
      ),
      dry_run: z.boolean().default(false).describe('Only count the deliveries.'),
    })
    .meta({ title, example: { filter: { state: states[0], webhook: 1 }, dry_run: true } });
}

export const cancelBody = bulkBody('CancelDeliveries', ['held', 'pending']);
export const retryBody = bulkBody('RetryDeliveries', ['dead', 'cancelled', 'lost', 'delivered', 'held', 'pending']);

export const BULK_BEYOND_SCHEMA = [
  '`ids` and `filter` are both present or both absent, or `ids` has a `cursor`',
  '`since` of the filter is not before `until`',
];

type BulkBody = z.output<typeof cancelBody> | z.output<typeof retryBody>;

/** The deliveries that a request changes: ids, or a filter and the position in its list. */
export type Selection =
  | { readonly ids: readonly string[] }
  | { readonly ids: undefined; readonly filter: NonNullable<BulkBody['filter']>; readonly cursor: BulkBody['cursor'] };

/** @throws {AppError} `unprocessable` when the body does not name exactly one of the two */
export function selectionOf({ ids, filter, cursor }: BulkBody): Selection {
  if (ids && filter) throw new AppError('unprocessable', 'send ids or filter, not both', 'filter');
  if (ids && cursor) throw new AppError('unprocessable', 'a cursor belongs to a filter: leave it out', 'cursor');
  if (ids) return { ids };
  if (filter) return { ids: undefined, filter, cursor };
  throw new AppError('unprocessable', 'send ids, or a filter such as {"state":"held","webhook":1}', 'ids');
}

const count = z.int().min(0);

export const bulkAnswer = z
  .object({
    dry_run: z.boolean(),
    matched: count.describe('Number of deliveries that this request found.'),
    changed: count.describe('Number of deliveries that were changed. 0 in a dry run.'),
    skipped: count.describe(
      'Number of deliveries that were not changed, because they have ended, are being sent, or cannot be sent.',
    ),
    next_cursor: z
      .string()
      .optional()
      .describe('Present if the request ended before the list: repeat it with this `cursor`.'),
  })
  .meta({ title: 'BulkChange' });
