import { escapedUnit, isWrittenAs } from '../../message/json-name.js';
import { namesOf } from '../../message/json-pointer.js';
import { BACKSLASH } from '../../message/json-skip.js';
import { textAt } from './json-value.js';

export const pointerTo = (pointer: string, name: string) =>
  `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

const LOWER_U = 0x75;
const INDEX = /^(?:0|[1-9]\d{0,8})$/;
const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

/** A place in a payload that is wanted, or that leads to such a place. */
export class PathNode {
  /** The number of filters that want the value here. */
  uses = 0;
  private names: Map<number, PathNode[]> | undefined;
  private indexes: Map<number, PathNode> | undefined;

  constructor(
    readonly name: string,
    readonly pointer: string,
  ) {}

  get hasNames(): boolean {
    return this.names !== undefined;
  }

  get hasIndexes(): boolean {
    return this.indexes !== undefined;
  }

  get isUseless(): boolean {
    return this.uses === 0 && this.names === undefined;
  }

  /** Returns the node behind the name that is written between two quotes. */
  written(bytes: Uint8Array, from: number, until: number): PathNode | undefined {
    let digest = FNV_OFFSET;
    for (let at = from; at < until; at++) {
      let byte = bytes[at] ?? 0;
      if (byte === BACKSLASH) {
        byte = escapedUnit(bytes, at);
        // Escapes of other characters are rare, and mean several bytes or a part of them.
        if (byte >= 0x80) return this.named(textAt(bytes, from - 1, until + 1));
        at += bytes[at + 1] === LOWER_U ? 5 : 1;
      }
      digest = Math.imul(digest ^ byte, FNV_PRIME);
    }
    const nodes = this.names?.get(digest);
    if (nodes === undefined) return undefined;
    const written = bytes.subarray(from, until);
    return nodes.find(({ name }) => isWrittenAs(written, name));
  }

  at(index: number): PathNode | undefined {
    return this.indexes?.get(index);
  }

  named(name: string): PathNode | undefined {
    return this.names?.get(digestOf(name))?.find((node) => node.name === name);
  }

  add(name: string): PathNode {
    const found = this.named(name);
    if (found) return found;
    const node = new PathNode(name, pointerTo(this.pointer, name));
    this.names ??= new Map();
    const digest = digestOf(name);
    this.names.set(digest, [...(this.names.get(digest) ?? []), node]);
    if (INDEX.test(name)) {
      this.indexes ??= new Map();
      this.indexes.set(Number(name), node);
    }
    return node;
  }

  remove(node: PathNode): void {
    const digest = digestOf(node.name);
    const others = this.names?.get(digest)?.filter((other) => other !== node) ?? [];
    if (others.length > 0) this.names?.set(digest, others);
    else this.names?.delete(digest);
    if (INDEX.test(node.name)) this.indexes?.delete(Number(node.name));
    if (this.names?.size === 0) this.names = undefined;
    if (this.indexes?.size === 0) this.indexes = undefined;
  }
}

function digestOf(name: string): number {
  let digest = FNV_OFFSET;
  for (const byte of Buffer.from(name)) digest = Math.imul(digest ^ byte, FNV_PRIME);
  return digest;
}

/** The places in payloads that filters look at, as a tree. One scan of a payload finds the values at all of them. */
export class WantedPaths {
  readonly root = new PathNode('', '');
  /** Changes when a path is added, so that a payload is scanned again for it. */
  version = 0;

  add(pointer: string): void {
    let node = this.root;
    for (const name of namesOf(pointer)) node = node.add(name);
    if (node.uses++ === 0) this.version++;
  }

  remove(pointer: string): void {
    const way = [this.root];
    for (const name of namesOf(pointer)) {
      const next = way.at(-1)?.named(name);
      if (!next) return;
      way.push(next);
    }
    const last = way.at(-1);
    if (last && last.uses > 0) last.uses--;
    for (let depth = way.length - 1; depth > 0; depth--) {
      const node = way[depth];
      if (node?.isUseless) way[depth - 1]?.remove(node);
    }
  }
}
