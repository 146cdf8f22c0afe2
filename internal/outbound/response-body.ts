const EMPTY = new Uint8Array(0);

/** Counts all bytes of an answer's body and keeps copies of the first ones: a chunk is a window into a socket's memory. */
export class ResponseBody {
  private kept: Uint8Array = EMPTY;
  private total = 0;

  constructor(private readonly keepBytes: number) {}

  /** Bytes that have arrived. */
  get length(): number {
    return this.total;
  }

  get bytes(): Uint8Array {
    return this.kept;
  }

  add(chunk: Uint8Array): void {
    this.total += chunk.length;
    const room = this.keepBytes - this.kept.length;
    if (room <= 0) return;
    const grown = new Uint8Array(this.kept.length + Math.min(room, chunk.length));
    grown.set(this.kept);
    grown.set(chunk.length > room ? chunk.subarray(0, room) : chunk, this.kept.length);
    this.kept = grown;
  }
}
