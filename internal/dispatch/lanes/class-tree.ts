import type { ClassPath } from '../../domain/delivery/scheduling-class.js';

/** A scheduling class, or the root that contains all of them. */
export class ClassNode<U, L = undefined> {
  readonly children = new Map<number | string, ClassNode<U, L>>();
  /** The depth is 0 for spaces, 1 for users and 2 for origins. */
  readonly depth: number;
  /** Number of lanes in the class. */
  lanes = 0;

  constructor(
    readonly parent: ClassNode<U, L> | undefined,
    readonly key: number | string,
    /** The share that the class uses. The classes of one user in several spaces have one share in common. */
    readonly used: U,
    readonly load: L,
  ) {
    this.depth = parent === undefined ? -1 : parent.depth + 1;
  }
}

const USER_DEPTH = 1;

/** Number of classes without a lane that are kept, because making three per delivery of an idle webhook costs 3 µs. */
const MAX_KEPT = 1000;

interface Shared<U> {
  readonly used: U;
  /** Number of classes that have the share in common. */
  classes: number;
}

/**
 * The scheduling classes that have a lane, and some that had one. A user may create webhooks in any number of spaces,
 * so the user has one share in all of them.
 */
export class ClassTree<U, L = undefined> {
  readonly root: ClassNode<U, L>;
  private readonly users = new Map<number | string, Shared<U>>();
  private size = 0;

  constructor(
    private readonly makeUsed: () => U,
    private readonly makeLoad: () => L,
  ) {
    this.root = new ClassNode<U, L>(undefined, '', makeUsed(), makeLoad());
  }

  /** Returns the narrowest class of a path, with one more lane in it. */
  enter(path: ClassPath): ClassNode<U, L> {
    let node = this.root;
    node.lanes++;
    for (const key of path) {
      const child = node.children.get(key) ?? this.add(node, key);
      child.lanes++;
      node = child;
    }
    return node;
  }

  /** Removes a lane. A class without lanes may be forgotten. */
  leave(narrowest: ClassNode<U, L>): void {
    for (let node: ClassNode<U, L> | undefined = narrowest; node; node = node.parent) {
      node.lanes--;
      if (node.lanes > 0 || node.children.size > 0 || this.size <= MAX_KEPT) continue;
      if (node.parent?.children.delete(node.key)) this.forget(node);
    }
  }

  private add(parent: ClassNode<U, L>, key: number | string): ClassNode<U, L> {
    const used = parent.depth + 1 === USER_DEPTH ? this.usedBy(key) : this.makeUsed();
    const node = new ClassNode<U, L>(parent, key, used, this.makeLoad());
    parent.children.set(key, node);
    this.size++;
    return node;
  }

  private usedBy(user: number | string): U {
    const shared = this.users.get(user) ?? { used: this.makeUsed(), classes: 0 };
    shared.classes++;
    this.users.set(user, shared);
    return shared.used;
  }

  private forget({ depth, key }: ClassNode<U, L>): void {
    this.size--;
    const shared = depth === USER_DEPTH ? this.users.get(key) : undefined;
    if (shared && --shared.classes === 0) this.users.delete(key);
  }

  /** The class of a path, or the narrowest class around it that has a lane. */
  find(path: ClassPath): ClassNode<U, L> {
    let node = this.root;
    for (const key of path) {
      const child = node.children.get(key);
      if (!child) break;
      node = child;
    }
    return node;
  }
}

/**
 * The multiples of the free amount that a class of each width may use. A narrower class has a smaller multiple, so that
 * room is left within the wider class.
 */
export type TimesOfFree = readonly [space: number, user: number, origin: number];

/**
 * Whether a class may take more: it may use the given multiple of the free amount (a dynamic threshold, as switches
 * share their buffers). A class that is alone may therefore have nearly everything, and something is always left for a
 * class that has nothing.
 */
export const hasRoom = (used: number, free: number, times: number): boolean => used < times * free;
