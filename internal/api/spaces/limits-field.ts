import { z } from 'zod';
import type { SpaceLimits } from '../../store/spaces/space-row.js';
import { first, next, shown } from '../bodies/field.js';

const upTo = (min: number, max: number, description: string) => z.int().min(min).max(max).describe(description);

const LIMITS = {
  webhooks: upTo(0, 1_000_000, 'The number of webhooks that the space may have.'),
  messages_per_second: upTo(
    1,
    1_000_000,
    'Messages per second that may name the space, of all instances together. A burst may have the messages of one second.',
  ),
  message_bytes: upTo(1, 64 << 20, 'The size of the payload of a message that names the space.'),
  pending: upTo(
    1,
    100_000_000,
    'Deliveries that the space may be owed. While it is owed as many, messages that name it are refused.',
  ),
} as const satisfies Record<keyof SpaceLimits, z.ZodType>;

const given = z.object(LIMITS).partial();

const limits = z.strictObject(nullish(LIMITS)).meta({
  description:
    'Limits of the space. Webhooks and messages beyond them are refused: with 422 (webhooks), 413 (bytes) or 429. ' +
    'An absent limit, or `null`, means none.',
  example: { webhooks: 100, messages_per_second: 50, message_bytes: 65_536, pending: 100_000 },
});

function nullish<Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape) {
  const fields = Object.entries(shape).map(([name, schema]) => [name, schema.nullable().optional()]);
  return Object.fromEntries(fields) as { [Name in keyof Shape]: z.ZodOptional<z.ZodNullable<Shape[Name]>> };
}

type Given = z.output<typeof limits> | null | undefined;

/** `null` removes a limit. */
function merged(current: SpaceLimits, input: Given): SpaceLimits {
  const members = Object.entries({ ...current, ...input }).filter(([, value]) => typeof value === 'number');
  return Object.fromEntries(members);
}

/** The field `limits`. PATCH merges it, PUT replaces it, and `null` in PATCH removes all limits. */
export const limitsField = {
  name: 'limits' as const,
  create: first(limits.nullable().optional(), (input) => merged({}, input)),
  put: next(limits.nullable().optional(), (input, current: SpaceLimits) => (input ? merged({}, input) : current)),
  patch: next(limits.nullable().optional(), (input, current: SpaceLimits) => {
    return input === undefined ? current : merged(input === null ? {} : current, input);
  }),
  answer: shown(given, (value: SpaceLimits) => value),
};
