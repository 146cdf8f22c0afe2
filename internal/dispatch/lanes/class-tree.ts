import type { ClassPath } from '../../domain/delivery/scheduling-class.js';

/** A scheduling class, or the root that all of them are in. */
export class ClassNode<T> {
  readonly children = new Map<number | string, ClassNode<T>>();
  /** Lanes in it. */
  lanes = 0;

  constructor(
    readonly parent: ClassNode<T> | undefined,
    readonly key: number | string,
    readonly load: T,
    /** 0 for spaces, 1 for users, 2 for origins. */
    readonly depth: number,
  ) {}
}

/** Classes without a lane that are kept: to make three of them for each delivery of an idle webhook costs 3 µs. */
const MAX_KEPT = 1000;

/** The scheduling classes that have a lane, and some that had one. */
export class ClassTree<T> {
  readonly root: ClassNode<T>;
  private size = 0;

  constructor(private readonly makeLoad: () => T) {
    this.root = new ClassNode<T>(undefined, '', makeLoad(), -1);
  }

  /** The narrowest class of a path, with one more lane in it. */
  enter(path: ClassPath): ClassNode<T> {
    let node = this.root;
    node.lanes++;
    for (const key of path) {
      const child = node.children.get(key) ?? this.add(node, key);
      child.lanes++;
      node = child;
    }
    return node;
  }

  /** A lane is gone; a class without lanes may be forgotten. */
  leave(narrowest: ClassNode<T>): void {
    for (let node: ClassNode<T> | undefined = narrowest; node; node = node.parent) {
      node.lanes--;
      if (node.lanes > 0 || node.children.size > 0 || this.size <= MAX_KEPT) continue;
      if (node.parent?.children.delete(node.key)) this.size--;
    }
  }

  private add(parent: ClassNode<T>, key: number | string): ClassNode<T> {
    const node = new ClassNode(parent, key, this.makeLoad(), parent.depth + 1);
    parent.children.set(key, node);
    this.size++;
    return node;
  }

  /** The class of a path, or the narrowest one around it that has a lane. */
  find(path: ClassPath): ClassNode<T> {
    let node = this.root;
    for (const key of path) {
      const child = node.children.get(key);
      if (!child) break;
      node = child;
    }
    return node;
  }
}

/** By what a class of each width may exceed what is free: the narrower, the less, so that room is left within the wider one. */
export type TimesOfFree = readonly [space: number, user: number, origin: number];

/**
 * Whether a class may take more: it may have so many times what is free (a dynamic threshold, as switches share their buffers).
 * A class that is alone may so have nearly everything, and something is always left for a class that has nothing.
 */
export const hasRoom = (used: number, free: number, times: number): boolean => used < times * free;
