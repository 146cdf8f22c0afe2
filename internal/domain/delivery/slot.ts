/** The right of an attempt to have a request under way. */
export interface Slot {
  /** It is given to others while the attempt waits for something that is no request to the receiver. */
  leave(): void;
  /** Resolves when there is a slot again; false: nothing may be sent any more. */
  enter(): Promise<boolean>;
}
