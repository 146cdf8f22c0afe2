import { z } from 'zod';
import { plainLine } from '../output/plain.js';

/** One attempt, as `hukz tail` shows it. */
export interface Attempt {
  readonly at: string;
  readonly event: string;
  readonly webhook_id: number;
  readonly space_id: number;
  readonly delivery_id: string;
  readonly message_id: string;
  readonly attempt: number;
  readonly outcome: string;
  readonly status: number | null;
  readonly error: string | null;
  readonly duration_ms: number;
}

/** The delivery events that hukz publishes of attempts. Those of webhooks have other types. */
const deliveryEvent = z
  .object({
    type: z.enum(['delivered', 'failed', 'dead']),
    webhook_id: z.number(),
    space_id: z.number(),
    delivery_id: z.string(),
    message_id: z.string(),
    event: z.string(),
    attempt: z.number(),
    status: z.number().nullable(),
    error: z.string().nullable(),
    duration_ms: z.number(),
    at: z.string(),
  })
  .transform(({ type, ...facts }): Attempt => ({ ...facts, outcome: type }));

/** Reads a message below `hukz.result.`. Undefined if it is not about an attempt. */
export function parseDeliveryEvent(payload: Uint8Array): Attempt | undefined {
  try {
    return deliveryEvent.safeParse(JSON.parse(Buffer.from(payload).toString())).data;
  } catch {
    return undefined;
  }
}

/** The members of a log that an attempt has. */
export interface LogRow extends Omit<Attempt, 'at' | 'status'> {
  readonly id: number;
  readonly requested_at: string;
  readonly response_status_code: number | null;
}

export function attemptOfLog(log: LogRow): Attempt {
  return {
    at: log.requested_at,
    event: log.event,
    webhook_id: log.webhook_id,
    space_id: log.space_id,
    delivery_id: log.delivery_id,
    message_id: log.message_id,
    attempt: log.attempt,
    outcome: log.outcome,
    status: log.response_status_code,
    error: log.error,
    duration_ms: log.duration_ms,
  };
}

const SUBJECT_COLUMNS = 28;

/** Formats an attempt as one line: time, subject, webhook, outcome, status or error, duration. */
export function attemptLine({ at, event, webhook_id, outcome, status, error, duration_ms, attempt }: Attempt): string {
  const result = outcome === 'delivered' ? String(status) : plainLine(error ?? '') || String(status ?? '');
  const again = attempt > 1 ? `  attempt ${attempt}` : '';
  return `${at.slice(11, 23)}  ${plainLine(event).padEnd(SUBJECT_COLUMNS)}  webhook ${webhook_id}  ${outcome}  ${result}  ${duration_ms} ms${again}`;
}
