const CR = 0x0d;
const LF = 0x0a;
const HTTP = Buffer.from('HTTP/');
const NONE = Buffer.alloc(0);

/**
 * The part of a head that has arrived, when it arrives in pieces. The receiver chooses the size of the pieces. The cost
 * per piece does not grow with the bytes before it, because the buffer doubles and the search for the end continues at
 * its last position.
 */
export class HeadPieces {
  private buffer: Buffer = NONE;
  private from = 0;
  private until = 0;
  /** The end of the head cannot begin before this position. */
  private searchFrom = 0;

  get length(): number {
    return this.until - this.from;
  }

  /** A view of the bytes that have arrived. */
  get bytes(): Buffer {
    return this.buffer.subarray(this.from, this.until);
  }

  /** The first piece is not copied. It is never overwritten, because its buffer has no room. */
  add(piece: Buffer): void {
    if (this.length === 0) {
      this.buffer = piece;
      this.from = 0;
      this.searchFrom = 0;
      this.until = piece.length;
      return;
    }
    if (this.until + piece.length > this.buffer.length) this.grow(piece.length);
    this.buffer.set(piece, this.until);
    this.until += piece.length;
  }

  skip(bytes: number): void {
    this.from += bytes;
    this.searchFrom = this.from;
  }

  /** Some servers end a body with one line break too many. Returns the number of skipped bytes. */
  skipEmptyLines(): number {
    let at = this.from;
    while (at < this.until && (this.buffer[at] === CR || this.buffer[at] === LF)) at += 1;
    const skipped = at - this.from;
    if (skipped > 0) this.skip(skipped);
    return skipped;
  }

  /** Whether the bytes so far are a beginning of HTTP. */
  get startsLikeHttp(): boolean {
    const seen = Math.min(this.length, HTTP.length);
    for (let at = 0; at < seen; at += 1) if (this.buffer[this.from + at] !== HTTP[at]) return false;
    return true;
  }

  /**
   * Returns the length of the head, including its empty line, or -1 when its end has not arrived. Lines may end with LF
   * alone.
   */
  findEnd(): number {
    const { buffer, until } = this;
    for (let at = this.searchFrom; at < until; at += 1) {
      if (buffer[at] !== LF) continue;
      const next = buffer[at + 1] === CR ? at + 2 : at + 1;
      if (next < until && buffer[next] === LF) return next + 1 - this.from;
    }
    // `\n\r` at the end can be the beginning of the end of the head.
    this.searchFrom = Math.max(this.from, until - 2);
    return -1;
  }

  private grow(bytes: number): void {
    const { length } = this;
    const grown = Buffer.allocUnsafe(Math.max(length + bytes, 2 * length));
    this.buffer.copy(grown, 0, this.from, this.until);
    this.searchFrom -= this.from;
    this.from = 0;
    this.until = length;
    this.buffer = grown;
  }
}
