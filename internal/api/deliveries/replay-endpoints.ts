import { makeFiringRules } from '../../domain/matching/firing-rules.js';
import { AppError } from '../../errors.js';
import { auditedBy } from '../../store/audit/audited.js';
import { loadNow } from '../../store/postgres/load-now.js';
import { countReplay } from '../../store/replay/count.js';
import { cancelReplay, insertReplay, listReplays, loadReplay, REPLAYS_ORDER } from '../../store/replay/replays.js';
import { loadWebhook } from '../../store/webhooks/webhooks.js';
import type { Deliveries, EventIntake, Stores } from '../api-deps.js';
import { uuidPath } from '../bodies/numbers.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { listHead, listOf, pagingOf } from '../http/paging.js';
import { Turnstile } from '../http/turnstile.js';
import { findSubject } from '../names/find-event.js';
import { WEBHOOK_PATH, webhookEndpointsOf } from '../names/named-endpoints.js';
import { dryRunAnswer, newReplay, newReplayBody, replayAnswer, replayJson } from './replay-bodies.js';

const replay = { description: 'The replay.', schema: replayAnswer };
const query = WEBHOOK_PATH.query.extend(pagingOf(REPLAYS_ORDER));
/** A count may read millions of rows in 20 s, on a connection of the journal. */
const MAX_COUNTED_AT_ONCE = 1;

export function makeReplayEndpoints(
  deps: Pick<Stores, 'db' | 'pool'> & Pick<Deliveries, 'reach'> & Pick<EventIntake, 'subjectRules' | 'filterMaxBytes'>,
): readonly Endpoint[] {
  const rules = makeFiringRules(deps.subjectRules, deps.filterMaxBytes);
  const refusal = 'other replays are being counted; try again later';
  const counting = new Turnstile({ max: MAX_COUNTED_AT_ONCE, refusal });
  const webhookEndpoint = webhookEndpointsOf(deps.db);
  return [
    webhookEndpoint(
      {
        method: 'post',
        path: '/webhooks/{id}/replay',
        operationId: 'createReplay',
        audit: 'replay.create',
        scope: 'replays:write',
        summary:
          'Replay deliveries of a webhook from a time range, each with its original webhook-id, or only count them',
        ...WEBHOOK_PATH,
        body: newReplayBody,
        answers: {
          200: { description: 'A dry run: the number of matching deliveries.', schema: dryRunAnswer },
          202: { description: 'The replay, which sends the deliveries at a limited rate.', schema: replayAnswer },
        },
      },
      async ({ principal: { userId }, audit, id, body }) => {
        const webhook = await loadWebhook(deps.db, id);
        const now = await loadNow(deps.db);
        const event = await findSubject(deps.db, body.event);
        const request = newReplay(id, { ...body, event }, { now, reach: deps.reach });
        if (!webhook.enabled && !body.dry_run) {
          throw new AppError('conflict', 'the webhook is disabled: enable it first');
        }
        const total = await counting.through(() => countReplay(deps.pool, { ...request, askedAt: now }, rules));
        if (body.dry_run) return { status: 200, json: { dry_run: true, total } };
        const wanted = { ...request, total, createdAt: now, createdById: userId };
        const made = await insertReplay(auditedBy(deps.db, audit()), wanted);
        return { status: 202, json: replayJson(made) };
      },
    ),
    webhookEndpoint(
      {
        method: 'get',
        path: '/webhooks/{id}/replays',
        operationId: 'listReplays',
        scope: 'deliveries:read',
        summary: 'List the replays of a webhook, newest first',
        ...WEBHOOK_PATH,
        query,
        answers: { 200: { description: 'A page of replays.', schema: listOf(replayAnswer) } },
      },
      async ({ id, query: page }) => {
        await loadWebhook(deps.db, id);
        const { nodes, ...list } = await listReplays(deps.db, id, page);
        return { status: 200, json: { ...listHead(list), nodes: nodes.map(replayJson) } };
      },
    ),
    scopedEndpoint(
      {
        method: 'get',
        path: '/replays/{id}',
        operationId: 'getReplay',
        scope: 'deliveries:read',
        summary: 'Get a replay and its progress',
        params: uuidPath,
        answers: { 200: replay },
        refuses: ['not_found'],
      },
      async ({ principal: { spaces }, params: { id } }) => ({
        status: 200,
        json: replayJson(await loadReplay(deps.db, id, spaces)),
      }),
    ),
    scopedEndpoint(
      {
        method: 'delete',
        path: '/replays/{id}',
        operationId: 'cancelReplay',
        audit: 'replay.cancel',
        scope: 'replays:write',
        summary: 'Cancel a running replay. Deliveries that it has made due are still sent',
        params: uuidPath,
        answers: { 200: replay },
        refuses: ['not_found'],
      },
      async ({ principal: { spaces }, audit, params: { id } }) => ({
        status: 200,
        json: replayJson(await cancelReplay(auditedBy(deps.db, audit()), id, spaces)),
      }),
    ),
  ];
}
