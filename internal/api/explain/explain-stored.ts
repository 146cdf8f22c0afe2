import { z } from 'zod';
import { MessageView } from '../../domain/matching/message-view.js';
import { heldBackBy, NO_VIOLATION } from '../../domain/schema/verdict.js';
import { AppError } from '../../errors.js';
import { loadListed } from '../../store/deliveries/list/listed-deliveries.js';
import { loadMessage, type MessageHead } from '../../store/deliveries/message.js';
import { readPayloads } from '../../store/messages/read-payloads.js';
import { WEBHOOKS_ORDER } from '../../store/webhooks/webhooks.js';
import type { EventIntake, Stores } from '../api-deps.js';
import { recordRead, spaceOf } from '../audit/record-read.js';
import { uuidPath } from '../bodies/numbers.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { windowPagingOf } from '../http/paging.js';
import type { Turnstile } from '../http/turnstile.js';
import { type ExplainedWebhook, owedWebhook } from './explain-answer.js';
import { headJson, headShape } from './explain-head.js';
import { type ExplainDeps, explainPage } from './explain-page.js';

const query = z.object(windowPagingOf(WEBHOOKS_ORDER));
const answer = z.object({ ...headShape, webhooks: z.array(owedWebhook) }).meta({ title: 'ExplainedStoredMessage' });

type Deps = ExplainDeps & Pick<Stores, 'pool'> & Pick<EventIntake, 'filterMaxBytes'>;

/** Explains a stored message: what it owed when it was accepted, and the decisions of today's catalog. */
export function makeExplainStoredEndpoint(deps: Deps, turnstile: Turnstile): Endpoint {
  return scopedEndpoint(
    {
      method: 'get',
      path: '/messages/{id}/explain',
      operationId: 'explainStoredMessage',
      audit: 'message.read',
      scope: 'messages:read',
      furtherScopes: ['webhooks:read'],
      summary: 'Explain a stored message: the webhooks that it was owed to, and those that it would fire now',
      params: uuidPath,
      query,
      answers: { 200: { description: 'The decisions, by the id of the webhook.', schema: answer } },
      refuses: ['not_found', 'conflict', 'unavailable'],
    },
    async ({ principal, audit, params, query: { limit, cursor } }) => {
      const { spaces } = principal;
      const stored = await loadMessage(deps.db, params.id, spaces);
      const object = { object: `message:${stored.id}`, spaceId: spaceOf(principal), changes: {} };
      await recordRead(deps.db, { principal, audit }, () => [object]);
      if (stored.erasedAt) throw erased(stored.erasedAt);
      const { message, payload } = await viewOf(deps, stored);
      await deps.loadCatalog();
      const verdict = await judgeStored(deps, stored, payload);
      const owed = new Map(stored.deliveries.map((delivery) => [delivery.webhookId, delivery]));
      const asked = {
        spaces,
        limit,
        after: Number(cursor?.[0] ?? 0),
        evenDeleted: [...owed.keys()],
        heldBackBy: heldBackBy(verdict),
      };
      const page = await turnstile.through(() => explainPage(deps, message, asked));
      const next = page.next === undefined ? {} : { next_cursor: String(page.next) };
      const webhooks = await withOwed(deps, page.nodes, owed);
      return { status: 200, json: { ...headJson(deps, message, verdict), ...next, webhooks } };
    },
  );
}

const erased = (at: Date) =>
  new AppError('conflict', `the message was erased at ${at.toISOString()}: nothing is left to decide by`);

/** A payload that is too large to be read here is not judged. */
const judgeStored = (
  { judgeBySchemas, filterMaxBytes }: Deps,
  { subject, headers }: MessageHead,
  payload: Uint8Array,
) => (payload.length > filterMaxBytes ? NO_VIOLATION : judgeBySchemas({ subject, headers, payload }));

async function viewOf({ pool, filterMaxBytes }: Deps, stored: MessageHead) {
  const { id: message_id, receivedAt: received_at, subject, headers } = stored;
  let payload: Uint8Array = new Uint8Array(0);
  for await (const read of readPayloads(pool.run, [{ message_id, received_at }], filterMaxBytes)) ({ payload } = read);
  return { message: new MessageView(subject, headers, payload, Date.parse(received_at)), payload };
}

async function withOwed(
  { db }: Deps,
  nodes: readonly ExplainedWebhook[],
  owed: ReadonlyMap<number, MessageHead['deliveries'][number]>,
): Promise<readonly z.input<typeof owedWebhook>[]> {
  const deliveries = await loadListed(
    db,
    nodes.flatMap(({ id }) => owed.get(id) ?? []),
  );
  const states = new Map(deliveries.map(({ webhookId, deliveryId, state }) => [webhookId, { deliveryId, state }]));
  return nodes.map((node) => {
    const delivery = states.get(node.id);
    return { ...node, owed: delivery ? { delivery_id: delivery.deliveryId, state: delivery.state } : null };
  });
}
