/** The memory for bodies that are being read, of all requests together. */
export class BodyRoom {
  private used = 0;

  constructor(private readonly maxBytes: number) {}

  /** Returns whether there was room. */
  take(bytes: number): boolean {
    this.used += bytes;
    return this.used <= this.maxBytes;
  }

  release(bytes: number): void {
    this.used -= bytes;
  }
}
