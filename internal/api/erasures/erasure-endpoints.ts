import { z } from 'zod';
import { AppError } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import { auditedBy } from '../../store/audit/audited.js';
import { countErasure } from '../../store/erasure/count-erasure.js';
import {
  cancelErasure,
  ERASURES_ORDER,
  insertErasure,
  listErasures,
  loadErasure,
} from '../../store/erasure/erasures.js';
import { loadNow } from '../../store/postgres/load-now.js';
import type { EventIntake, Stores } from '../api-deps.js';
import { uuidPath } from '../bodies/numbers.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { listHead, listOf, pagingOf } from '../http/paging.js';
import { Turnstile } from '../http/turnstile.js';
import {
  ERASE_BEYOND_SCHEMA,
  eraseBody,
  erasureAnswer,
  erasureCount,
  erasureJson,
  selectionOf,
} from './erasure-bodies.js';

const erasure = { description: 'The erasure.', schema: erasureAnswer };
/** A count may read millions of rows in 20 s, on a connection of the journal. */
const MAX_COUNTED_AT_ONCE = 1;
const OF_ALL_SPACES = 'a message may belong to several spaces: only a caller of all spaces erases messages';

/** A claim of a JWT may give the scope to a caller of some spaces. */
function requireAllSpaces({ spaces }: Principal): void {
  if (spaces !== 'all') throw new AppError('forbidden', OF_ALL_SPACES);
}

export function makeErasureEndpoints(
  deps: Pick<Stores, 'db' | 'pool'> & Pick<EventIntake, 'filterMaxBytes'>,
): readonly Endpoint[] {
  const counting = new Turnstile({
    max: MAX_COUNTED_AT_ONCE,
    refusal: 'another erasure is being counted; try again later',
  });
  return [
    scopedEndpoint(
      {
        method: 'post',
        path: '/messages/erase',
        operationId: 'eraseMessages',
        audit: 'message.erase',
        scope: 'messages:erase',
        summary:
          'Erase the content of stored messages by ids or by a filter, and cancel what they owe, or only count them',
        body: eraseBody,
        answers: {
          200: { description: 'A dry run: the number of matching messages.', schema: erasureCount },
          202: { description: 'The erasure, which runs until nothing of the messages is left.', schema: erasureAnswer },
        },
        refuses: ['not_found', 'conflict', 'unavailable'],
        beyondSchema: ERASE_BEYOND_SCHEMA,
      },
      async ({ principal, audit, body }) => {
        requireAllSpaces(principal);
        const now = await loadNow(deps.db);
        const selection = await selectionOf(deps.db, principal, body, now);
        const count = await counting.through(() => countErasure(deps.pool, selection, deps.filterMaxBytes));
        if (body.dry_run) return { status: 200, json: { dry_run: true, ...count } };
        const wanted = { selection, total: count.total, createdAt: now, createdById: principal.userId };
        const made = await insertErasure(auditedBy(deps.db, audit()), wanted);
        return { status: 202, json: erasureJson(made) };
      },
    ),
    scopedEndpoint(
      {
        method: 'get',
        path: '/messages/erasures',
        operationId: 'listErasures',
        scope: 'messages:erase',
        summary: 'List the erasures of messages, newest first',
        query: z.object(pagingOf(ERASURES_ORDER)),
        answers: { 200: { description: 'A page of erasures.', schema: listOf(erasureAnswer) } },
      },
      async ({ principal, query }) => {
        requireAllSpaces(principal);
        const { nodes, ...list } = await listErasures(deps.db, query);
        return { status: 200, json: { ...listHead(list), nodes: nodes.map(erasureJson) } };
      },
    ),
    scopedEndpoint(
      {
        method: 'get',
        path: '/messages/erasures/{id}',
        operationId: 'getErasure',
        scope: 'messages:erase',
        summary: 'Get an erasure of messages and its progress',
        params: uuidPath,
        answers: { 200: erasure },
        refuses: ['not_found'],
      },
      async ({ principal, params }) => {
        requireAllSpaces(principal);
        return { status: 200, json: erasureJson(await loadErasure(deps.db, params.id)) };
      },
    ),
    scopedEndpoint(
      {
        method: 'delete',
        path: '/messages/erasures/{id}',
        operationId: 'cancelErasure',
        audit: 'erasure.cancel',
        scope: 'messages:erase',
        summary: 'Cancel a running erasure of messages. Its erased messages stay erased',
        params: uuidPath,
        answers: { 200: erasure },
        refuses: ['not_found'],
      },
      async ({ principal, audit, params }) => {
        requireAllSpaces(principal);
        return { status: 200, json: erasureJson(await cancelErasure(auditedBy(deps.db, audit()), params.id)) };
      },
    ),
  ];
}
