import { z } from 'zod';
import type { CatalogWebhook } from '../../domain/matching/catalog.js';
import type { Because, Explanation } from '../../domain/matching/explaining/explain.js';
import { WEBHOOK_STATES, type WebhookState } from '../../domain/matching/webhook-condition.js';
import type { Violation } from '../../domain/schema/event-schema.js';
import { id } from '../bodies/numbers.js';
import { DELIVERY_STATES } from '../deliveries/delivery-list-answer.js';

export const REASONS = [
  'routing',
  'webhook',
  'space',
  'tag',
  'event',
  'disabled',
  'filter',
] as const satisfies readonly Because[];

/** The members by which an answer explains one decision. */
export const decisionFields = {
  fires: z.boolean().describe('Whether the webhook gets such a message.'),
  because: z
    .string()
    .meta({ enum: [...REASONS, 'schema', 'deleted'] })
    .describe(
      'The deciding part. A webhook fires because of its `filter`, or without one because of its `event`. `routing`: the ' +
        '`Hukz-…` headers are malformed. `webhook`: the message names other webhooks. `schema`: the ' +
        'webhook would get the message, if the message did not break a schema.',
    ),
  at: z
    .string()
    .optional()
    .describe(
      'The place at which the filter decided: a JSON pointer into the payload, `headers/x-region`, `subject` or ' +
        '`subject/1`.',
    )
    .meta({ example: '/order/amount' }),
  wanted: z
    .unknown()
    .optional()
    .describe('The condition of the filter there. A long list is shown in part.')
    .meta({
      example: { $gte: 100 },
    }),
  found: z
    .unknown()
    .optional()
    .describe(
      'The value of the message there; absent if there is none. A text is shown up to 200 characters, an array up to ' +
        '10 elements, and an object as `{"$type": "object"}`.',
    )
    .meta({ example: 99 }),
  undecided: z
    .literal(true)
    .optional()
    .describe('The value is beyond the limits of filters, so that `filter_oversize` decides.'),
};

export const explainedWebhook = z.object({
  id,
  key: z.string().nullable(),
  ...decisionFields,
  state: z.string().meta({ enum: [...WEBHOOK_STATES, 'deleted'] }),
});

export const owedWebhook = explainedWebhook.extend({
  owed: z
    .object({ delivery_id: z.uuid(), state: z.string().meta({ enum: [...DELIVERY_STATES] }) })
    .nullable()
    .describe('The delivery that the message owes, or owed, to the webhook.'),
});

export type ExplainedWebhook = z.input<typeof explainedWebhook>;

export function explainedJson(webhook: CatalogWebhook, explanation: Explanation): ExplainedWebhook {
  return {
    id: webhook.id,
    key: webhook.key ?? null,
    ...decisionJson(explanation),
    state: stateOf(webhook),
  };
}

export function decisionJson({ fires, because, filter }: Explanation) {
  return {
    fires,
    because,
    at: filter?.at,
    wanted: filter?.wanted,
    found: filter?.found,
    undecided: filter?.isUndecided,
  };
}

/** A webhook that would get the message, if the message were accepted. */
export const heldBackJson = (
  { id: webhook, key, state }: ExplainedWebhook,
  { problems }: Violation,
): ExplainedWebhook => ({
  id: webhook,
  key,
  fires: false,
  because: 'schema',
  at: problems[0]?.at,
  state,
});

/** A webhook that was deleted since the message was owed to it. */
export const deletedJson = (webhookId: number): ExplainedWebhook => ({
  id: webhookId,
  key: null,
  fires: false,
  because: 'deleted',
  state: 'deleted',
});

function stateOf({ enabled, waits }: CatalogWebhook): WebhookState {
  if (!enabled) return 'disabled';
  if (waits === undefined) return 'active';
  return waits === 'paused' ? 'paused' : 'open';
}
