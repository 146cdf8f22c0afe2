/** The connection on which events of hukz are published, without a confirmation. */
export interface EventLine {
  /** Returns false if there is no connection now. */
  publish(subject: string, payload: string): boolean;
  /** Number of messages below a prefix that NATS refused after they were published. */
  refusedBelow(prefix: string): number;
}
