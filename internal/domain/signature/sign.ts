/** A request about to be sent: exactly what is signed. */
export interface ToSign {
  /** `webhook-id`. */
  readonly id: string;
  /** `webhook-timestamp`, seconds since 1970. */
  readonly timestamp: number;
  /** The event's subject, as the header can carry it. */
  readonly subject: string;
  readonly body: Uint8Array;
}

/** Proves where a request comes from: headers as name, value, name, value … */
export type Sign = (request: ToSign) => readonly string[];
