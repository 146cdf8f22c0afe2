import type { z } from 'zod';
import type { Principal } from '../../identity/principal.js';
import { visibleTo } from '../../identity/visibility.js';
import { auditedBy } from '../../store/audit/audited.js';
import { type ChangeBatch, type Changes, changeDeliveries } from '../../store/deliveries/bulk/change-deliveries.js';
import { findByIds } from '../../store/deliveries/bulk/find-by-ids.js';
import { retryDeliveries } from '../../store/deliveries/bulk/retry-deliveries.js';
import { type Cancelled, cancelDeliveries } from '../../store/deliveries/cancel-deliveries.js';
import type { DeliveryKey } from '../../store/deliveries/list/list-filter.js';
import type { Deliveries, Stores } from '../api-deps.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { requireRange } from '../http/paging.js';
import { Turnstile } from '../http/turnstile.js';
import { BULK_BEYOND_SCHEMA, bulkAnswer, cancelBody, retryBody, type Selection, selectionOf } from './bulk-bodies.js';
import { findFilter } from './delivery-filter.js';

/** A change may take 5 s, and it takes connections of the API and of the journal for that time. */
const MAX_AT_ONCE = 2;

type Deps = Pick<Stores, 'db' | 'pool'> & Deliveries;

/** The caller, and the change that the caller asks for. */
interface Asked {
  readonly principal: Principal;
  readonly change: ChangeBatch;
}

export function makeBulkEndpoints(deps: Deps): readonly Endpoint[] {
  const refusal = 'other deliveries are being changed; try again later';
  const changing = new Turnstile({ max: MAX_AT_ONCE, refusal });
  const answers = { 200: { description: 'The numbers of deliveries.', schema: bulkAnswer } };

  const run = async (body: z.output<typeof cancelBody> | z.output<typeof retryBody>, { principal, change }: Asked) => {
    const selection = selectionOf(body);
    if (selection.ids === undefined) requireRange(selection.filter);
    const asked = { principal, change: body.dry_run ? async () => 0 : change };
    const changes = await changing.through(() => changeSelected(deps, selection, asked));
    return { status: 200, json: bulkJson(changes, body.dry_run) };
  };

  return [
    scopedEndpoint(
      {
        method: 'post',
        path: '/deliveries/cancel',
        operationId: 'cancelDeliveries',
        audit: 'delivery.cancel',
        scope: 'deliveries:write',
        summary: 'Cancel unfinished deliveries by ids or by a filter, or only count them',
        body: cancelBody,
        answers,
        refuses: ['not_found', 'conflict'],
        beyondSchema: BULK_BEYOND_SCHEMA,
      },
      ({ principal, audit, body }) => {
        const audited = { ...deps, db: auditedBy(deps.db, audit()) };
        return run(body, { principal, change: (keys) => cancelBatch(audited, keys, principal.userId) });
      },
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/deliveries/retry',
        operationId: 'retryDeliveries',
        audit: 'delivery.retry',
        scope: 'deliveries:write',
        summary: 'Send deliveries again with their webhook-ids, by ids or by a filter, or only count them',
        body: retryBody,
        answers,
        refuses: ['not_found', 'conflict'],
        beyondSchema: BULK_BEYOND_SCHEMA,
      },
      ({ principal, audit, body }) => {
        const audited = { db: auditedBy(deps.db, audit()), pool: deps.pool };
        return run(body, { principal, change: (keys) => retryDeliveries(audited, keys) });
      },
    ),
  ];
}

async function changeSelected({ db }: Deps, selection: Selection, { principal, change }: Asked): Promise<Changes> {
  if (selection.ids === undefined) {
    const { filter, cursor } = selection;
    return changeDeliveries(db, await findFilter(db, principal, filter), { cursor, change });
  }
  const keys = await findByIds(db, selection.ids, visibleTo(principal));
  return { matched: keys.length, changed: await change(keys), next: undefined };
}

async function cancelBatch(deps: Deps, keys: readonly DeliveryKey[], userId: number): Promise<number> {
  const ids = keys.map(({ deliveryId }) => deliveryId);
  const cancelled = await cancelDeliveries(deps.db, ids, userId);
  continueKeys(deps, cancelled);
  return cancelled.length;
}

/** Sends the next delivery of each ordering key whose first delivery may be among the cancelled ones. */
export function continueKeys(deps: Deliveries, cancelled: readonly Cancelled[]): void {
  const keys = new Map<string, readonly [webhookId: number, orderKey: string]>();
  for (const { webhookId, orderKey } of cancelled) {
    if (orderKey !== null) keys.set(`${webhookId} ${orderKey}`, [webhookId, orderKey]);
  }
  for (const [webhookId, orderKey] of keys.values()) deps.advanceKey(webhookId, orderKey);
}

function bulkJson({ matched, changed, next }: Changes, isDryRun: boolean): z.input<typeof bulkAnswer> {
  return {
    dry_run: isDryRun,
    matched,
    changed,
    skipped: isDryRun ? 0 : matched - changed,
    ...(next !== undefined && { next_cursor: next }),
  };
}
