/**
 * Messages of one consumer that are not committed yet, each with the subject of its acknowledgement, kept by age. The server is
 * told that we work on a message at the first tick that finds it at least a tick old, and at every second tick after that.
 * Most messages are gone before they have aged: they cost one entry in one map.
 */
export class InHand {
  /** By stream sequence. The first holds what came since the last tick, the second what came in the tick before. */
  private fresh = new Map<number, string>();
  private young = new Map<number, string>();
  /** What was told of already: half of it is told of again at each tick. */
  private readonly old: readonly [Map<number, string>, Map<number, string>] = [new Map(), new Map()];
  private turn: 0 | 1 = 0;

  get size(): number {
    return this.fresh.size + this.young.size + this.old[0].size + this.old[1].size;
  }

  /** False: the message is in hand already, and only the latest subject counts. */
  add(sequence: number, reply: string): boolean {
    const known = this.holderOf(sequence);
    (known ?? this.fresh).set(sequence, reply);
    return known === undefined;
  }

  /** Where the acknowledgement of a message goes that is no longer in hand. */
  remove(sequence: number): string | undefined {
    const holder = this.holderOf(sequence);
    const reply = holder?.get(sequence);
    holder?.delete(sequence);
    return reply;
  }

  /** One tick passes: calls `tell` for each message whose server has to hear of it. */
  tick(tell: (reply: string) => void): void {
    const due = this.old[this.turn];
    this.turn = this.turn === 0 ? 1 : 0;
    for (const [sequence, reply] of this.young) due.set(sequence, reply);
    for (const reply of due.values()) tell(reply);
    this.young = this.fresh;
    this.fresh = new Map();
  }

  private holderOf(sequence: number): Map<number, string> | undefined {
    if (this.fresh.has(sequence)) return this.fresh;
    if (this.young.has(sequence)) return this.young;
    return this.old.find((each) => each.has(sequence));
  }
}
