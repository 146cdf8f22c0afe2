/**
 * Messages of one consumer that are not committed yet, each with the subject of its acknowledgement, grouped by age.
 * The server gets a progress report about a message at the first tick that finds the message at least one tick old, and
 * at every second tick after that. Most messages are gone before they reach that age: they cost one entry in one map.
 */
export class InHand {
  /**
   * The maps are keyed by stream sequence. The first map has the messages since the last tick, the second one those of
   * the tick before.
   */
  private fresh = new Map<number, string>();
  private young = new Map<number, string>();
  /** Messages that were reported already. Each tick reports one half of them again. */
  private readonly old: readonly [Map<number, string>, Map<number, string>] = [new Map(), new Map()];
  private dueHalf: 0 | 1 = 0;

  get size(): number {
    return this.fresh.size + this.young.size + this.old[0].size + this.old[1].size;
  }

  /** Returns false if the message is in hand already. In that case, only the latest subject counts. */
  add(sequence: number, reply: string): boolean {
    const known = this.holderOf(sequence);
    (known ?? this.fresh).set(sequence, reply);
    return known === undefined;
  }

  /** Removes a message. Returns the subject of its acknowledgement. */
  remove(sequence: number): string | undefined {
    const holder = this.holderOf(sequence);
    const reply = holder?.get(sequence);
    holder?.delete(sequence);
    return reply;
  }

  /** Processes one tick: calls `report` for each message that has to be reported to the server. */
  tick(report: (reply: string) => void): void {
    const due = this.old[this.dueHalf];
    this.dueHalf = this.dueHalf === 0 ? 1 : 0;
    for (const [sequence, reply] of this.young) due.set(sequence, reply);
    for (const reply of due.values()) report(reply);
    this.young = this.fresh;
    this.fresh = new Map();
  }

  private holderOf(sequence: number): Map<number, string> | undefined {
    if (this.fresh.has(sequence)) return this.fresh;
    if (this.young.has(sequence)) return this.young;
    return this.old.find((each) => each.has(sequence));
  }
}
