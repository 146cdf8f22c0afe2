/** Lets a line into the log only if its text has changed: a failure that repeats every second is logged once. */
export class OncePerChange {
  private readonly said = new Map<string, string>();

  /** Whether the text differs from the last text of the key. */
  isNew(key: string, state: string): boolean {
    if (this.said.get(key) === state) return false;
    this.said.set(key, state);
    return true;
  }

  /** Ends the state of the key. Returns false if there was none. */
  end(key: string): boolean {
    return this.said.delete(key);
  }
}
