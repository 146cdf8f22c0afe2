import type { Message } from '../../domain/message/message.js';
import type { SendPlan } from './send-plan.js';

/** The data of one attempt. */
export interface OutboundRequest {
  readonly plan: SendPlan;
  readonly message: Message;
  /** A uuid that is the same on every attempt: `webhook-id`. */
  readonly deliveryId: string;
  /** Counts from 1: `hukz-attempt`. */
  readonly attempt: number;
  /** Set when a user asked to send the delivery again: `hukz-replay`. */
  readonly replay?: boolean;
  /** Called with the headers (name, value, name, value …) and the body when the request is sent. */
  readonly onSent?: (headers: readonly string[], body: Uint8Array) => void;
}
