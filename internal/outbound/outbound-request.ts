/** One attempt to be made: the bytes, and what the receiver is told about them. */
export interface OutboundRequest {
  /** http or https. User and password in it are neither sent nor shown. */
  readonly url: string;
  /** uuid, the same on every attempt: `webhook-id`. */
  readonly deliveryId: string;
  /** The NATS subject: `hukz-event`. */
  readonly subject: string;
  /** Counts from 1: `hukz-attempt`. */
  readonly attempt: number;
  /** Sent again because somebody asked for it: `hukz-replay`. */
  readonly replay?: boolean;
  readonly body: Uint8Array;
}
