/** Lets a line into the log only if its text has changed: a failure that repeats every second is logged once. */
export class OncePerChange {
  private readonly said = new Map<string, string>();

  /** Whether the text differs from the last text of the key. */
  isNew(key: string, words: string): boolean {
    if (this.said.get(key) === words) return false;
    this.said.set(key, words);
    return true;
  }

  /** Ends the state of the key. Returns false if there was none. */
  end(key: string): boolean {
    return this.said.delete(key);
  }
}
