/** The permission of an attempt for one concurrent request. */
export interface Slot {
  /** Gives the slot to other attempts while this attempt waits for something other than a request to the receiver. */
  leave(): void;
  /** Resolves to true when the attempt has a slot again, or to false when no request may be sent any more. */
  enter(): Promise<boolean>;
}
