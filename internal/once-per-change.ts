/** Lets a line into the log when what it says has changed: a failure that is repeated every second is told once. */
export class OncePerChange {
  private readonly said = new Map<string, string>();

  /** Whether these words are others than the last ones of the key. */
  isNew(key: string, words: string): boolean {
    if (this.said.get(key) === words) return false;
    this.said.set(key, words);
    return true;
  }

  /** The state is over; false: there was none. */
  end(key: string): boolean {
    return this.said.delete(key);
  }
}
