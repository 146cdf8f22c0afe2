import { setImmediate } from 'node:timers/promises';

/** About the size of a piece; at some 10 MB/s of making JSON, a piece takes a few milliseconds. */
const PIECE_CHARACTERS = 64 * 1024;

/** Small pieces put together, so that an answer that is small is one piece. */
export async function* gathered(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < PIECE_CHARACTERS) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

/**
 * The texts of one JSON as pieces of a bounded size, unless a single text is larger. The event loop does what else there is to do
 * between two pieces.
 */
export async function* inPieces(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let gathered = '';
  for await (const text of texts) {
    gathered += text;
    if (gathered.length < PIECE_CHARACTERS) continue;
    yield Buffer.from(gathered);
    gathered = '';
    await setImmediate();
  }
  if (gathered !== '') yield Buffer.from(gathered);
}
