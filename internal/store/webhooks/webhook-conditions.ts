import type { WebhookCondition, WebhookState } from '../../domain/matching/webhook-condition.js';
import type { Db } from '../postgres/knex.js';

interface HealthRow {
  readonly webhook_id: number;
  readonly failing_since: Date | null;
  readonly probe_at: Date | null;
  readonly probes: number;
  readonly because: string | null;
}

interface ResumeRow {
  readonly webhook_id: number;
  readonly per_second: number | null;
  readonly drop_before: Date | null;
}

/** The columns of `webhooks` that its condition follows from. */
export interface ConditionColumns {
  readonly id: number;
  readonly enabled: boolean;
  readonly disabled_because: string | null;
  readonly disabled_at: Date | null;
  readonly paused_at: Date | null;
  readonly circuit_opened_at: Date | null;
}

/** Reads the other parts of the conditions of many webhooks, by two queries. */
export async function conditionsOf(
  db: Db,
  webhookIds: readonly number[],
): Promise<(row: ConditionColumns) => WebhookCondition> {
  const among = 'webhook_id = any(?::int[])';
  const health: HealthRow[] = await db('webhook_health').whereRaw(among, [[...webhookIds]]);
  const resumes: ResumeRow[] = await db('resumes').whereRaw(among, [[...webhookIds]]);
  const healthOf = new Map(health.map((row) => [row.webhook_id, row]));
  const resumeOf = new Map(resumes.map((row) => [row.webhook_id, row]));
  return (row) => toCondition(row, healthOf.get(row.id), resumeOf.get(row.id));
}

function toCondition(row: ConditionColumns, health?: HealthRow, resume?: ResumeRow): WebhookCondition {
  const isDisabled = !row.enabled && row.disabled_because !== null;
  return {
    ...(isDisabled && { disabled: { because: row.disabled_because, at: row.disabled_at } }),
    ...(row.paused_at && { pausedAt: row.paused_at }),
    ...(row.circuit_opened_at && {
      circuit: {
        openedAt: row.circuit_opened_at,
        because: health?.because ?? null,
        probeAt: health?.probe_at ?? null,
        probes: health?.probes ?? 0,
      },
    }),
    ...(health?.failing_since && { failingSince: health.failing_since }),
    ...(resume && { resuming: { perSecond: resume.per_second, dropBefore: resume.drop_before } }),
  };
}

/** Conditions that select the webhooks in one state. */
export const IN_STATE: Readonly<Record<WebhookState, string>> = {
  disabled: 'not enabled',
  paused: 'enabled and paused_at is not null',
  open: 'enabled and paused_at is null and circuit_opened_at is not null',
  active: 'enabled and paused_at is null and circuit_opened_at is null',
};
