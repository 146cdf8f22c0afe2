import { setImmediate } from 'node:timers/promises';

/** A part of one JSON text. */
export type JsonPart = string | Uint8Array;

/** Approximate size of a piece. JSON is made at about 10 MB/s, so that a piece takes a few milliseconds. */
const PIECE_BYTES = 64 * 1024;

/**
 * Joins the parts of one JSON text to pieces of a bounded size, and divides larger parts. A small answer is one piece.
 * The event loop does its other work between two pieces.
 */
export async function* inPieces(parts: AsyncIterable<JsonPart>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of parts) {
    for (const slice of slicesOf(typeof part === 'string' ? Buffer.from(part) : part)) {
      waiting.push(slice);
      bytes += slice.length;
      if (bytes < PIECE_BYTES) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      bytes = 0;
      await setImmediate();
    }
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

function* slicesOf(part: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < part.length; from += PIECE_BYTES) yield part.subarray(from, from + PIECE_BYTES);
}
