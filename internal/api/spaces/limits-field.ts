import { z } from 'zod';
import type { SpaceLimits } from '../../store/spaces/space-row.js';
import { first, next, shown } from '../bodies/field.js';

const MAX_WEBHOOKS = 1_000_000;
const webhooks = z.int().min(0).max(MAX_WEBHOOKS).describe('The number of webhooks that the space may have.');

const limits = z.strictObject({ webhooks: webhooks.nullable().optional() }).meta({
  description:
    'Limits of the space. A webhook beyond them is refused; webhooks that exist already stay. An absent limit, or ' +
    '`null`, means none.',
  example: { webhooks: 100 },
});

type Given = z.output<typeof limits> | null | undefined;

/** `null` removes a limit. */
const merged = (current: SpaceLimits, given: Given): SpaceLimits => withoutNulls({ ...current, ...given });

function withoutNulls({ webhooks }: NonNullable<Given>): SpaceLimits {
  return typeof webhooks === 'number' ? { webhooks } : {};
}

/** The field `limits`. PATCH merges it, PUT replaces it, and `null` in PATCH removes all limits. */
export const limitsField = {
  name: 'limits' as const,
  create: first(limits.nullable().optional(), (input) => merged({}, input)),
  put: next(limits.nullable().optional(), (input, current: SpaceLimits) => (input ? merged({}, input) : current)),
  patch: next(limits.nullable().optional(), (input, current: SpaceLimits) => {
    return input === undefined ? current : merged(input === null ? {} : current, input);
  }),
  answer: shown(z.object({ webhooks: webhooks.optional() }), (value: SpaceLimits) => value),
};
