import type { Message } from '../message/message.js';

/** One message owed to one webhook, owned by this instance until it is settled. */
export interface OwnedDelivery {
  /** uuid; the `webhook-id` of every attempt. */
  readonly id: string;
  readonly message: Message;
  readonly webhookId: number;
  /** The id of the instance that owns it. Once that instance has been declared dead, settling has no effect. */
  readonly owner: string;
  /** Attempts that already have a log row. The next one is number `attempts + 1`. */
  readonly attempts: number;
  /** Number of these attempts that used up a step of the retry schedule. */
  readonly countedFailures: number;
  /** Set when a user asked to send the delivery again. */
  readonly replay?: boolean;
  /** The ordering key. Other deliveries of this key wait until this one has ended. */
  readonly orderKey?: string;
  /**
   * Set for the probe of an open circuit, which tests whether the receiver is back. It uses up no step of the schedule.
   */
  readonly probe?: boolean;
}
