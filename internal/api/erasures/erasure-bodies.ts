import { z } from 'zod';
import type { Erasure, ErasureSelection, ErasureState } from '../../domain/erasure/erasure.js';
import { MAX_SUBJECT_LENGTH } from '../../domain/matching/subject.js';
import { AppError } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import type { Db } from '../../store/postgres/knex.js';
import { boundedList } from '../bodies/bounds.js';
import { moment } from '../bodies/instant.js';
import { spaceId, userId } from '../bodies/numbers.js';
import { findSubject, subjectText } from '../names/find-event.js';
import { findFilteredSpace } from '../names/find-space.js';
import { bodySpace } from '../names/reference.js';
import { pastRange } from '../past-range.js';
import { filterField } from '../webhooks/settings/filter-field.js';

const MAX_IDS = 1000;
const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const states = ['running', 'done', 'cancelled'] as const satisfies readonly ErasureState[];

const filter = z.strictObject({
  all: z.literal(true).optional().describe('All stored messages. No other condition may be beside it.'),
  event: subjectText(MAX_SUBJECT_LENGTH).min(1).optional().describe('Only this subject, or the event `key:<key>`.'),
  space: bodySpace
    .optional()
    .describe('Only messages owed to a webhook of this space: its number, or `key:<key>`.')
    .meta({ example: 7 }),
  since: moment.optional().describe('Only messages received at this time or later.'),
  until: moment.optional().describe('Only messages received before this time. Default: now.'),
  content: filterField
    .optional()
    .describe('Only messages with this content, by the operators of the filters of webhooks.'),
});

export const eraseBody = z
  .strictObject({
    ids: boundedList(z.guid(), MAX_IDS)
      .refine((ids) => ids.length > 0, 'names at least one message')
      .optional()
      .meta({ minItems: 1, description: 'The ids of the messages.', example: [ID] }),
    filter: filter.optional().meta({
      description:
        'Instead of `ids`: all stored messages that fulfil these conditions, of which there is at least one.',
      example: { event: 'order.created', content: { data: { customer: { id: 17 } } } },
    }),
    dry_run: z.boolean().default(false).describe('Only count the messages.'),
  })
  .meta({
    title: 'EraseMessages',
    example: { filter: { content: { data: { customer: { id: 17 } } } }, dry_run: true },
  });

export const ERASE_BEYOND_SCHEMA = [
  '`ids` and `filter` are both present or both absent',
  '`filter` has no condition, or `all` beside another one',
  '`since` of the filter is not before `until`',
];

export const erasureCount = z
  .object({
    dry_run: z.literal(true),
    total: z.int().min(0).describe('Number of messages that would be erased.'),
    undecided: z
      .int()
      .min(0)
      .describe('Number of messages whose payload is too large for `content`. They are not erased: name their ids.'),
  })
  .meta({ title: 'ErasureCount' });

export const erasureAnswer = z
  .object({
    id: z.uuid(),
    created_at: z.iso.datetime(),
    created_by_id: userId,
    ids: z.array(z.uuid()).nullable(),
    event: z.string().nullable(),
    space_id: spaceId.nullable(),
    since: z.iso.datetime().nullable(),
    until: z.iso.datetime(),
    has_content: z
      .boolean()
      .describe('Whether the messages were selected by their content. The condition itself is not shown.'),
    state: z.string().meta({ enum: [...states] }),
    total: z.int().min(0).describe('Number of matching messages when the erasure was created.'),
    erased: z.int().min(0).describe('Number of messages whose payload and headers are gone.'),
    waiting: z
      .int()
      .min(0)
      .describe('How many of them still have a delivery under way, or a copy in the stream. 0 when the job is done.'),
    undecided: z
      .int()
      .min(0)
      .describe('Number of messages whose payload is too large for the condition on the content.'),
    problem: z.string().nullable().describe('Why some of the waiting messages are not finished yet.'),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ title: 'Erasure' });

export function erasureJson(erasure: Erasure): z.input<typeof erasureAnswer> {
  const { ids, event, spaceId: space, since, until } = erasure.selection;
  return {
    id: erasure.id,
    created_at: erasure.createdAt.toISOString(),
    created_by_id: erasure.createdById,
    ids: ids ? [...ids] : null,
    event: event ?? null,
    space_id: space ?? null,
    since: since?.toISOString() ?? null,
    until: until.toISOString(),
    has_content: erasure.hasContent,
    state: erasure.state,
    total: erasure.total,
    erased: erasure.erased,
    waiting: erasure.waiting,
    undecided: erasure.undecided,
    problem: erasure.problem,
    finished_at: erasure.finishedAt?.toISOString() ?? null,
  };
}

/**
 * Reads what a request selects. @throws {AppError} `unprocessable` when it does not name exactly one of the two, or
 * when the filter would erase everything and does not say so
 */
export async function selectionOf(
  db: Db,
  principal: Principal,
  { ids, filter: conditions }: z.output<typeof eraseBody>,
  now: Date,
): Promise<ErasureSelection> {
  if (ids && conditions) throw new AppError('unprocessable', 'send ids or filter, not both', 'filter');
  if (ids) return { ids: [...new Set(ids.map((id) => id.toLowerCase()))], until: now };
  if (!conditions)
    throw new AppError('unprocessable', 'send ids, or a filter such as {"event":"order.created"}', 'ids');
  const { all, event, space, content, ...range } = conditions;
  const restricting = [event, space, content, range.since, range.until].filter((one) => one !== undefined);
  if (all && restricting.length > 0)
    throw new AppError('unprocessable', 'all selects every message: leave out all, or the other conditions', 'filter');
  if (!all && restricting.length === 0)
    throw new AppError('unprocessable', 'the filter has no condition: send one, or {"all":true}', 'filter');
  return {
    ...pastRange(range, now),
    event: await findSubject(db, event),
    spaceId: await findFilteredSpace(db, principal, { space, source: 'space' }),
    content,
  };
}
