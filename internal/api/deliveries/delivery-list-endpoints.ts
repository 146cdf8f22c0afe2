import { z } from 'zod';
import { findDeliveries } from '../../store/deliveries/list/find-deliveries.js';
import { DELIVERIES_ORDER } from '../../store/deliveries/list/list-cursor.js';
import { loadListed } from '../../store/deliveries/list/listed-deliveries.js';
import type { Stores } from '../api-deps.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { requireRange, windowOf, windowPagingOf } from '../http/paging.js';
import { spaceFilter, webhookFilter } from '../names/reference.js';
import { filterFields, findFilter } from './delivery-filter.js';
import { listedDelivery, listedJson } from './delivery-list-answer.js';

const query = z.object({
  ...windowPagingOf(DELIVERIES_ORDER),
  webhook: webhookFilter,
  space: spaceFilter,
  ...filterFields,
});

export function makeDeliveryListEndpoints(deps: Pick<Stores, 'db'>): readonly Endpoint[] {
  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/deliveries',
        operationId: 'listDeliveries',
        scope: 'deliveries:read',
        summary: "List deliveries of the user's webhooks in one state or in all, newest first",
        query,
        answers: { 200: { description: 'A page of deliveries.', schema: windowOf(listedDelivery) } },
        refuses: ['not_found', 'conflict'],
        beyondSchema: ['`since` is not before `until`'],
      },
      async ({ principal, query: { limit, cursor, ...named } }) => {
        requireRange(named);
        const filter = await findFilter(deps.db, principal, named);
        const { keys, next } = await findDeliveries(deps.db, filter, { limit, cursor });
        const nodes = (await loadListed(deps.db, keys)).map(listedJson);
        return { status: 200, json: { ...(next && { next_cursor: next }), nodes } };
      },
    ),
  ];
}
