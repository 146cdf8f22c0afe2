import type { Message } from '../message/message.js';

/** One message owed to one webhook, owned by this instance until it is settled. */
export interface OwnedDelivery {
  /** uuid; the `webhook-id` of every attempt. */
  readonly id: string;
  readonly message: Message;
  readonly webhookId: number;
  /** The instance id under which it is owned. Once that instance was declared dead, settling changes nothing. */
  readonly owner: string;
  /** Attempts that already have a log row. The next one is number `attempts + 1`. */
  readonly attempts: number;
  /** Those of them that used up a step of the retry schedule. */
  readonly failures: number;
  /** Somebody asked for it again. */
  readonly replay?: boolean;
  /** Others of this key wait until it has ended. */
  readonly orderKey?: string;
  /** Tried although its circuit is open, to see whether the receiver is back. It uses up no step of the schedule. */
  readonly probe?: boolean;
}
