import { z } from 'zod';
import { MAX_SUBJECT_LENGTH } from '../../domain/matching/subject.js';
import type { Principal } from '../../identity/principal.js';
import { visibleTo } from '../../identity/visibility.js';
import type { DeliveryFilter } from '../../store/deliveries/list/list-filter.js';
import type { Db } from '../../store/postgres/knex.js';
import { instant } from '../bodies/instant.js';
import { findSubject, subjectText } from '../names/find-event.js';
import { findFilteredSpace } from '../names/find-space.js';
import { findFilteredId } from '../names/find-webhook.js';
import type { Reference } from '../names/reference.js';
import { DELIVERY_STATES } from './delivery-list-answer.js';

/** The fields by which deliveries are selected, apart from names, which are written differently in a query. */
export const filterFields = {
  state: z.enum(DELIVERY_STATES).optional().meta({ example: 'held' }),
  event: subjectText(MAX_SUBJECT_LENGTH).min(1).optional(),
  since: instant
    .optional()
    .describe(
      'Only deliveries that ended at this time or later (states delivered, cancelled and dead), or whose message was received then or later (other states, and without a state).',
    ),
  until: instant.optional().describe('The end of the same time range.'),
};

interface Filter {
  readonly webhook?: Reference | undefined;
  /** The space of the webhooks. */
  readonly space?: Reference | undefined;
  readonly event?: string | undefined;
  readonly state?: DeliveryFilter['state'];
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/** Looks up the names of a filter. @throws {AppError} `not_found`, `conflict` or `unprocessable` */
export async function findFilter(
  db: Db,
  principal: Principal,
  { webhook, space, event, ...rest }: Filter,
): Promise<DeliveryFilter> {
  const spaceId = await findFilteredSpace(db, principal, { space, source: 'space' });
  const visible = visibleTo(principal);
  return {
    ...rest,
    webhookId: await findFilteredId(db, principal, { webhook, space: spaceId }),
    subject: await findSubject(db, event),
    visible: spaceId === undefined ? visible : { ...visible, spaces: [spaceId] },
  };
}
