import { z } from 'zod';
import { MAX_SUBJECT_LENGTH } from '../../domain/matching/subject.js';
import type { Principal } from '../../identity/principal.js';
import { visibleTo } from '../../identity/visibility.js';
import type { DeliveryFilter } from '../../store/deliveries/list/list-filter.js';
import { instant } from '../bodies/instant.js';
import { text } from '../bodies/text.js';
import { DELIVERY_STATES } from './delivery-list-answer.js';

/** The fields by which deliveries are selected, apart from `webhook`, which is written differently in a query. */
export const filterFields = {
  state: z.enum(DELIVERY_STATES).optional().meta({ example: 'held' }),
  event: text(MAX_SUBJECT_LENGTH).min(1).optional().describe('Only this exact subject.'),
  since: instant
    .optional()
    .describe(
      'Only deliveries that ended at this time or later (states delivered, cancelled and dead), or whose message was received then or later (other states, and without a state).',
    ),
  until: instant.optional().describe('The end of the same time range.'),
};

interface Filter {
  readonly webhook?: number | undefined;
  readonly event?: string | undefined;
  readonly state?: DeliveryFilter['state'];
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

export function filterOf({ webhook, event, ...rest }: Filter, principal: Principal): DeliveryFilter {
  return { ...rest, webhookId: webhook, subject: event, visible: visibleTo(principal) };
}
