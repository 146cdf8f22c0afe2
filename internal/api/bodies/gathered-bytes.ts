const FIRST_CAPACITY = 4096;

/**
 * Joins the pieces of a body, which arrive one after the other, in one buffer. A list of pieces would need much more
 * memory, because each piece is an object of about 400 bytes, and a sender may cut its body into chunks of one byte:
 * 1 MiB of such a body took 440 MB. A body of one piece is not copied.
 */
export class GatheredBytes {
  private first: Buffer | undefined;
  private buffer: Buffer | undefined;
  private size = 0;

  add(piece: Buffer): void {
    const end = this.size + piece.length;
    if (this.size === 0) this.first = piece;
    else this.reserve(end).set(piece, this.size);
    this.size = end;
  }

  whole(): Buffer {
    return this.buffer?.subarray(0, this.size) ?? this.first ?? Buffer.alloc(0);
  }

  /** Returns the buffer, with room for `bytes` bytes. Its capacity doubles, so that each byte is copied about twice. */
  private reserve(bytes: number): Buffer {
    const before = this.buffer;
    if (before && bytes <= before.length) return before;
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * this.size, FIRST_CAPACITY));
    larger.set(this.whole());
    this.buffer = larger;
    return larger;
  }
}
