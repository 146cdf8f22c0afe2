/** Recognises requests that arrive more than once, by their id. */
export interface Dedupe {
  /**
   * Claims an id for one handler.
   * - A claim: nothing else handles the id now, and the caller must end the claim.
   * - `handled`: a handler has succeeded before.
   * - `running`: a handler runs now, perhaps in another process.
   */
  claim(id: string): Promise<Claim | 'handled' | 'running'>;
}

export interface Claim {
  /** The handler has succeeded: the id is `handled` from now on. */
  finish(): Promise<void>;
  /** The handler has failed: the next request with the id is handled again. */
  abandon(): Promise<void>;
}
