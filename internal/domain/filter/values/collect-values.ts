import { Items } from '../../message/json-members.js';
import { OPEN_ARRAY, OPEN_OBJECT, skipSpace, skipValue } from '../../message/json-skip.js';
import { JsonValue } from './json-value.js';
import type { Value } from './value.js';
import type { PathNode } from './wanted-paths.js';

/** The values of a payload at the wanted paths, by their JSON pointers. */
export type CollectedValues = ReadonlyMap<string, Value>;

/**
 * Collects the values at all wanted paths in the pass over the bytes that finds out whether they are one JSON text, as
 * `isJsonText` does. Only names in objects on the way to a wanted value are compared; everything else is skipped.
 * Undefined if the bytes are no JSON text.
 */
export function collectValues(bytes: Uint8Array, root: PathNode): CollectedValues | undefined {
  const place = collectFrom(bytes, skipSpace(bytes, 0), root);
  if (!place || skipSpace(bytes, place.end) !== bytes.length) return undefined;
  return place.values;
}

/** Collects the values in one value of a JSON text, which begins at `from`. */
export function collectFrom(
  bytes: Uint8Array,
  from: number,
  root: PathNode,
): { readonly values: CollectedValues; readonly end: number } | undefined {
  const hit = visit(bytes, from, root);
  if (hit.end < 0) return undefined;
  const values = new Map<string, Value>();
  gather(bytes, hit, values);
  return { values, end: hit.end };
}

/** A node that was found in the payload. The hit of a later member of the same name replaces it with all below. */
interface Hit {
  readonly node: PathNode;
  readonly start: number;
  /** Below 0 if the value is malformed. */
  end: number;
  below: Map<PathNode, Hit> | undefined;
}

/** The recursion is as deep as the tree of paths, however deep the payload is. */
function visit(bytes: Uint8Array, from: number, node: PathNode): Hit {
  const hit: Hit = { node, start: from, end: -1, below: undefined };
  const first = bytes[from];
  if (first === OPEN_OBJECT && node.hasNames) hit.end = visitObject(bytes, hit);
  else if (first === OPEN_ARRAY && node.hasIndexes) hit.end = visitArray(bytes, hit);
  else hit.end = skipValue(bytes, from);
  return hit;
}

function visitObject(bytes: Uint8Array, hit: Hit): number {
  const items = new Items(bytes, hit.start);
  for (let from = items.at; from !== undefined; from = items.at) {
    const head = items.nameAt(from);
    if (!head) return -1;
    items.pass(enter(bytes, head.start, hit, hit.node.written(bytes, from + 1, head.nameEnd - 1)));
  }
  return items.end;
}

function visitArray(bytes: Uint8Array, hit: Hit): number {
  const items = new Items(bytes, hit.start);
  for (let index = 0; items.at !== undefined; index++) items.pass(enter(bytes, items.at, hit, hit.node.at(index)));
  return items.end;
}

function enter(bytes: Uint8Array, from: number, above: Hit, node: PathNode | undefined): number {
  if (!node) return skipValue(bytes, from);
  const hit = visit(bytes, from, node);
  above.below ??= new Map();
  above.below.set(node, hit);
  return hit.end;
}

function gather(bytes: Uint8Array, { node, start, end, below }: Hit, into: Map<string, Value>): void {
  if (node.uses > 0) into.set(node.pointer, new JsonValue(bytes, start, end));
  if (below) for (const hit of below.values()) gather(bytes, hit, into);
}
