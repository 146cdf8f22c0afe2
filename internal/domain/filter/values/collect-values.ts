import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  skipString,
  skipValue,
} from '../../message/json-skip.js';
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
  let at = skipSpace(bytes, hit.start + 1);
  if (bytes[at] === CLOSE_OBJECT) return at + 1;
  for (;;) {
    const nameEnd = bytes[at] === QUOTE ? skipString(bytes, at + 1) : -1;
    const colon = nameEnd < 0 ? -1 : skipSpace(bytes, nameEnd);
    if (bytes[colon] !== COLON) return -1;
    const end = enter(bytes, skipSpace(bytes, colon + 1), hit, hit.node.written(bytes, at + 1, nameEnd - 1));
    at = end < 0 ? -1 : skipSpace(bytes, end);
    if (bytes[at] === CLOSE_OBJECT) return at + 1;
    if (bytes[at] !== COMMA) return -1;
    at = skipSpace(bytes, at + 1);
  }
}

function visitArray(bytes: Uint8Array, hit: Hit): number {
  let at = skipSpace(bytes, hit.start + 1);
  if (bytes[at] === CLOSE_ARRAY) return at + 1;
  for (let index = 0; ; index++) {
    const end = enter(bytes, at, hit, hit.node.at(index));
    at = end < 0 ? -1 : skipSpace(bytes, end);
    if (bytes[at] === CLOSE_ARRAY) return at + 1;
    if (bytes[at] !== COMMA) return -1;
    at = skipSpace(bytes, at + 1);
  }
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
