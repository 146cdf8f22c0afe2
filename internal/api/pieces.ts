import { setImmediate } from 'node:timers/promises';

/** About the size of a piece; at some 10 MB/s of making JSON, a piece takes a few milliseconds. */
const PIECE_CHARACTERS = 64 * 1024;

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
