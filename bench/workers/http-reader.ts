/** Is called for each request, or answer, with its bytes and the start of its body. */
export type OnHttp = (bytes: Buffer, bodyStart: number) => void;

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const EMPTY = Buffer.alloc(0);
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * Splits the bytes of one connection into requests, or into answers. It supports only what the benchmark's programs and
 * the service send: bodies with a Content-Length.
 */
export class HttpReader {
  private rest: Buffer = EMPTY;
  /** The number of bytes needed before the next look, so that a 64 KiB body in many chunks is joined only once. */
  private needed = 0;
  private readonly chunks: Buffer[] = [];
  private held = 0;

  constructor(private readonly onHttp: OnHttp) {}

  push(chunk: Buffer): void {
    if (this.held + chunk.length < this.needed) {
      this.chunks.push(chunk);
      this.held += chunk.length;
      return;
    }
    this.rest = this.held === 0 ? chunk : Buffer.concat([...this.chunks, chunk]);
    while (this.rest.length > 0 && this.takeOne());
    this.chunks.length = 0;
    this.held = this.rest.length;
    if (this.held > 0) this.chunks.push(this.rest);
    this.rest = EMPTY;
  }

  private takeOne(): boolean {
    const head = this.rest.indexOf(END_OF_HEAD);
    if (head < 0) {
      this.needed = this.rest.length + 1;
      return false;
    }
    const bodyStart = head + END_OF_HEAD.length;
    const length = Number(CONTENT_LENGTH.exec(this.rest.toString('latin1', 0, head))?.[1] ?? 0);
    const end = bodyStart + length;
    if (this.rest.length < end) {
      this.needed = end;
      return false;
    }
    this.needed = 0;
    this.onHttp(this.rest.subarray(0, end), bodyStart);
    this.rest = this.rest.subarray(end);
    return true;
  }
}
