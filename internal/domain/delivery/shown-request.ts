import type { RequestMethod } from '../matching/webhook-settings.js';
import type { Header } from '../message/message.js';

/** One attempt, by the data of its log and its message. */
export interface AttemptMade {
  readonly webhookId: number;
  readonly deliveryId: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** The time of the request, in milliseconds since 1970. */
  readonly requestedAt: number;
  readonly message: {
    readonly id: string;
    readonly subject: string;
    /** Milliseconds since 1970. */
    readonly receivedAt: number;
    readonly headers: readonly Header[];
    readonly payload: Uint8Array;
  };
}

/** A request for display: without secrets, and without the value that authenticates it. */
export interface ShownRequest {
  readonly method: RequestMethod;
  readonly headers: Readonly<Record<string, string>>;
}
