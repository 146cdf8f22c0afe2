import type { EventFields } from '../../store/catalog/event-row.js';
import type { WholeWebhookBody } from '../webhooks/webhook-bodies.js';
import type { ApplyHead } from './apply-body.js';

export interface DeclaredEvent {
  /** The place in the body, such as `events[3]`. */
  readonly place: string;
  readonly key: string;
  readonly fields: EventFields;
}

/** An event as a webhook names it: an id, `key:<key>`, or a subject. */
export type EventName = number | string;

export interface DeclaredWebhook {
  readonly place: string;
  readonly key: string;
  /** `event_ids` are set when the events are known. */
  readonly body: Omit<WholeWebhookBody, 'event_ids'>;
  readonly events: readonly EventName[];
  /** The size of the object in the body. */
  readonly bytes: number;
}

/** The content of a body of `PUT /apply`. A list that is undefined was absent, and its kind is left alone. */
export interface Declaration {
  readonly head: ApplyHead;
  readonly events: readonly DeclaredEvent[] | undefined;
  readonly webhooks: readonly DeclaredWebhook[] | undefined;
}

/** A step of a plan. */
export interface Step {
  readonly key: string | null;
  readonly id: number | undefined;
  readonly do: 'create' | 'change' | 'remove' | 'keep' | 'conflict';
  readonly fields: readonly string[];
  readonly because?: string;
}
