import type { ListOf } from '../store/list-page.js';
import { listHead } from './paging.js';
import { inPieces } from './pieces.js';

/** A page ends after the node with which it reaches this size, whatever its limit. */
const MAX_PAGE_BYTES = 16 * 1024 * 1024;

/** A list's JSON in pieces. A page that is cut for its size has a cursor like any page that is not the last one. */
export function listPieces<T>(
  list: ListOf<T>,
  textsOf: (node: T) => Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<Uint8Array> {
  return inPieces(listTexts(list, textsOf));
}

async function* listTexts<T>(
  { nodes, cursors, next, ...head }: ListOf<T>,
  textsOf: (node: T) => Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<string> {
  yield `${JSON.stringify(listHead({ ...head, next: undefined })).slice(0, -1)},"nodes":[`;
  let bytes = 0;
  let cut: string | undefined;
  for (const [index, node] of nodes.entries()) {
    if (bytes >= MAX_PAGE_BYTES) {
      cut = cursors[index - 1];
      break;
    }
    if (index > 0) yield ',';
    for await (const text of textsOf(node)) {
      bytes += Buffer.byteLength(text);
      yield text;
    }
  }
  const cursor = cut ?? next;
  yield cursor === undefined ? ']}' : `],"next_cursor":${JSON.stringify(cursor)}}`;
}
