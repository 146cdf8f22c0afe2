import { z } from 'zod';
import type { WebhookCondition } from '../../domain/matching/webhook-condition.js';
import { ignoredField } from '../bodies/read-only-fields.js';

const instant = z.iso.datetime();

/** The conditions of a webhook. Each is absent while there is no problem. */
export const conditionAnswers = {
  disabled_because: z.string().optional(),
  disabled_at: instant.nullable().optional(),
  paused_at: instant.optional(),
  circuit: z
    .object({
      opened_at: instant,
      because: z.string().nullable(),
      next_probe_at: instant.nullable(),
      probes: z.int(),
    })
    .optional(),
  failing_since: instant.optional(),
  resuming: z.object({ per_second: z.number().nullable(), drop_before: instant.nullable() }).optional(),
};

/** The same fields in requests, because a webhook may be sent back as it was read. */
export const ignoredConditions = {
  disabled_because: ignoredField,
  disabled_at: ignoredField,
  paused_at: ignoredField,
  circuit: ignoredField,
  failing_since: ignoredField,
  resuming: ignoredField,
} satisfies Record<keyof typeof conditionAnswers, typeof ignoredField>;

type ConditionJson = { readonly [K in keyof typeof conditionAnswers]?: z.input<(typeof conditionAnswers)[K]> };

export function conditionJson(condition: WebhookCondition): ConditionJson {
  const { disabled, pausedAt, circuit, failingSince, resuming } = condition;
  return {
    disabled_because: disabled?.because,
    disabled_at: disabled && orNull(disabled.at),
    paused_at: pausedAt?.toISOString(),
    circuit: circuit && {
      opened_at: circuit.openedAt.toISOString(),
      because: circuit.because,
      next_probe_at: orNull(circuit.probeAt),
      probes: circuit.probes,
    },
    failing_since: failingSince?.toISOString(),
    resuming: resuming && { per_second: resuming.perSecond, drop_before: orNull(resuming.dropBefore) },
  };
}

const orNull = (at: Date | null) => at?.toISOString() ?? null;
