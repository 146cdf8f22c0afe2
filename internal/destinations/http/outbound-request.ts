import type { Message } from '../../domain/message/message.js';
import type { SendPlan } from './send-plan.js';

/** One attempt to be made. */
export interface OutboundRequest {
  readonly plan: SendPlan;
  readonly message: Message;
  /** uuid, the same on every attempt: `webhook-id`. */
  readonly deliveryId: string;
  /** Counts from 1: `hukz-attempt`. */
  readonly attempt: number;
  /** Sent again because somebody asked for it: `hukz-replay`. */
  readonly replay?: boolean;
  /** Told what is sent, when it is: headers as name, value, name, value …, and the body. */
  readonly onSent?: (headers: readonly string[], body: Uint8Array) => void;
}
