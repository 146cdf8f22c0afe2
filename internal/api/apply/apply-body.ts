import { z } from 'zod';
import { boundedList } from '../bodies/bounds.js';
import { spaceId } from '../bodies/numbers.js';
import { ignoredField } from '../bodies/read-only-fields.js';
import type { makeEventBodies } from '../events/event-bodies.js';
import { declaredBy } from '../names/name-fields.js';
import { bodySpace } from '../names/reference.js';
import { declaredWebhookBody } from '../webhooks/webhook-bodies.js';

export const MAX_OBJECTS = 10_000;
export const MAX_APPLY_BYTES = 16 << 20;

const head = {
  managed_by: declaredBy,
  space: bodySpace
    .default(0)
    .meta({ description: 'The space of the webhooks: its number, or `key:<key>`.', example: 0 }),
  prune: z.boolean().default(false).meta({
    description:
      'Whether objects with the same `managed_by` that are not in the lists are removed. A kind whose list is absent is left alone.',
    example: true,
  }),
  take_over: z.boolean().default(false).meta({
    description:
      'Whether objects with the same keys, and events with the same subjects and without a key, are changed although they have another `managed_by` or none. Otherwise they are conflicts.',
    example: false,
  }),
  dry_run: z.boolean().default(false).meta({ description: 'Only make the plan.', example: false }),
  on_change: z.enum(['none', 'missing', 'all']).default('none').meta({
    description:
      'Replays to start for webhooks that are created or changed and enabled. `missing`: messages of their events that were never owed to them. `all`: for changed webhooks also what was delivered, given up, cancelled or lost before. Anything but `none` needs the scope `replays:write`.',
    example: 'none',
  }),
  skipped: ignoredField,
};

/** Everything except the lists. */
export const applyHead = z.strictObject(head);
export type ApplyHead = Omit<z.output<typeof applyHead>, 'space'> & { readonly space: number };

/** The whole body, for the document. */
export const applyBody = ({ declared }: Pick<ReturnType<typeof makeEventBodies>, 'declared'>) =>
  z
    .strictObject({
      ...head,
      events: boundedList(declared, MAX_OBJECTS).optional(),
      webhooks: boundedList(declaredWebhookBody, MAX_OBJECTS).optional(),
    })
    .meta({
      title: 'Declaration',
      description: `At most ${MAX_OBJECTS} objects and ${MAX_APPLY_BYTES >> 20} MiB.`,
      example: {
        managed_by: 'terraform',
        prune: true,
        events: [{ key: 'tags/created', event: 'tag.created' }],
        webhooks: [{ key: 'search/index', url: 'https://example.com/hook', events: ['key:tags/created'] }],
      },
    });

const step = z
  .object({
    kind: z.enum(['event', 'webhook']),
    key: z.string().nullable().describe('Null for an object without a key that is removed.'),
    id: z.int().optional().describe('Absent for an object that a dry run would create.'),
    do: z.enum(['create', 'change', 'remove', 'keep', 'conflict']),
    fields: z.array(z.string()).describe('The fields that differ, such as `url` and `auth.token`.'),
    because: z.string().optional().describe('The reason for a conflict.'),
    secret: z.string().optional().describe('The secret that was generated for a webhook. It is not shown again.'),
  })
  .meta({ title: 'PlanStep' });
export type StepJson = z.input<typeof step>;

export const planAnswer = z
  .object({
    applied: z.boolean().describe('Whether the stored objects are now as declared.'),
    replays: z.int().min(0).describe('The number of replays that were started.'),
    plan: z.array(step),
  })
  .meta({
    title: 'Plan',
    example: {
      applied: true,
      replays: 0,
      plan: [{ kind: 'webhook', key: 'search/index', id: 1, do: 'change', fields: ['url', 'auth.token'] }],
    },
  });

/** A plan with conflicts, of which nothing was applied. */
export const conflictAnswer = z
  .object({
    errors: z.array(z.object({ code: z.int(), message: z.string(), source: z.string().optional() })).min(1),
    ...planAnswer.shape,
  })
  .meta({ title: 'ConflictingPlan' });

const declared = z.array(z.looseObject({ key: z.string() }));

/** The answer of `GET /export`. */
export const exportAnswer = z
  .object({
    managed_by: z.string().optional(),
    space: spaceId,
    events: declared.describe('The events, each as in `Declaration`.'),
    webhooks: declared.describe('The webhooks, each as in `Declaration`, with `env:NAME` for each secret.'),
    skipped: z
      .object({ events: z.int().min(0), webhooks: z.int().min(0) })
      .describe('The numbers of objects that are left out because they have no key.'),
  })
  .meta({ title: 'Export' });
