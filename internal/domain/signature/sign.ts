/** The data of a request that is signed. */
export interface ToSign {
  /** `webhook-id`. */
  readonly id: string;
  /** `webhook-timestamp`, in seconds since 1970. */
  readonly timestamp: number;
  /** The event's subject, in a form that is allowed in a header. */
  readonly subject: string;
  readonly body: Uint8Array;
  /** The publisher's own id of the message, the same at every receiver. */
  readonly requestId?: string | undefined;
}

/** Returns headers that prove the origin of a request: name, value, name, value … */
export type Sign = (request: ToSign) => readonly string[];
