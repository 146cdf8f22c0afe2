import type { ListOf } from '../../store/postgres/list-page.js';
import { listHead } from './paging.js';
import type { JsonPart } from './pieces.js';

/** A page ends with the node that reaches this size, whatever its limit is. */
const MAX_PAGE_BYTES = 16 * 1024 * 1024;

/**
 * The parts of a list's JSON. A page that is cut because of its size has a cursor, like any page that is not the last
 * one. A node without parts was deleted after its page was found, and is left out.
 * @param beside further members, each after a comma, once all nodes of the page are known
 */
export async function* listParts<T>(
  { nodes, cursors, next, ...head }: ListOf<T>,
  partsOf: (node: T) => Iterable<JsonPart> | AsyncIterable<JsonPart>,
  beside?: () => AsyncIterable<JsonPart>,
): AsyncGenerator<JsonPart> {
  yield `${JSON.stringify(listHead({ ...head, next: undefined })).slice(0, -1)},"nodes":[`;
  let bytes = 0;
  let cut: string | undefined;
  for (const [index, node] of nodes.entries()) {
    if (bytes >= MAX_PAGE_BYTES) {
      cut = cursors[index - 1];
      break;
    }
    let before = bytes > 0 ? ',' : '';
    for await (const part of partsOf(node)) {
      if (before) yield before;
      before = '';
      bytes += typeof part === 'string' ? Buffer.byteLength(part) : part.length;
      yield part;
    }
  }
  yield ']';
  if (beside) yield* beside();
  const cursor = cut ?? next;
  yield cursor === undefined ? '}' : `,"next_cursor":${JSON.stringify(cursor)}}`;
}
