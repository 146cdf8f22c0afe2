import type { ClassPath } from '../../domain/delivery/scheduling-class.js';
import { ClassNode, ClassTree, hasRoom, type TimesOfFree } from './class-tree.js';
import { Fifo } from './fifo.js';

/**
 * `fresh` is for new messages, `retry` for retries and replays, and `hung` for all requests to a webhook whose last
 * request hung.
 */
export type SlotKind = 'fresh' | 'retry' | 'hung';
export const SLOT_KINDS: readonly SlotKind[] = ['fresh', 'retry', 'hung'];

/** The part of a lane that the tree uses. */
export interface Lined {
  readonly place: SlotClass<this>;
  /** Whether the lane is in the ring of that kind. */
  readonly lined: Record<SlotKind, boolean>;
}

interface SlotsUsed {
  inFlight: number;
  readonly ofKind: Record<SlotKind, number>;
}

interface SlotLoad<L> {
  /** The members that have work, in the order of their turns: narrower classes, or the lanes of a narrowest class. */
  readonly rings: Readonly<Record<SlotKind, Fifo<SlotClass<L> | L>>>;
  /** Whether the class is in the ring of the class around it. */
  readonly lined: Record<SlotKind, boolean>;
}

export type SlotClass<L> = ClassNode<SlotsUsed, SlotLoad<L>>;

/** Number of slots in total, and the maximum per kind. */
export interface SlotLimits {
  readonly all: number;
  readonly ofKind: Readonly<Record<SlotKind, number>>;
}

/**
 * Of 512 slots, 439 may go to an origin that is alone, 461 to a user with several origins, and 473 to a space with
 * several users. The rest is kept free, because a receiver that hangs keeps the slots that it has, and a receiver that
 * answers soon needs few.
 */
const TIMES_OF_FREE: TimesOfFree = [12, 9, 6];

/**
 * Assigns slots round robin over spaces, over the users of a space, over the origins of a user, and over the lanes of
 * an origin.
 */
export class SlotTree<L extends Lined> {
  private readonly tree = new ClassTree<SlotsUsed, SlotLoad<L>>(makeUsed, makeLoad);

  constructor(private readonly limits: SlotLimits) {}

  get inFlight(): number {
    return this.tree.root.used.inFlight;
  }

  get free(): number {
    return this.limits.all - this.inFlight;
  }

  /** Number of slots that a kind may still have. */
  freeOf(kind: SlotKind): number {
    return this.limits.ofKind[kind] - this.tree.root.used.ofKind[kind];
  }

  enter(path: ClassPath): SlotClass<L> {
    return this.tree.enter(path);
  }

  leave(place: SlotClass<L>): void {
    this.tree.leave(place);
  }

  /** Puts a lane, and the classes around it, at the end of their rings, unless they are in the rings already. */
  line(lane: L, kind: SlotKind): void {
    if (lane.lined[kind]) return;
    lane.lined[kind] = true;
    lane.place.load.rings[kind].push(lane);
    lineClass(lane.place, kind);
  }

  /** Returns the result of `start` for the next lane in turn. A lane that starts nothing leaves its ring. */
  startNext<T>(kind: SlotKind, start: (lane: L) => T | undefined): T | undefined {
    // Each delivery asks for all kinds, and usually only one of them has work.
    if (this.tree.root.load.rings[kind].length === 0) return undefined;
    const [free, freeOfKind] = [this.free, this.freeOf(kind)];
    return free < 1 || freeOfKind < 1 ? undefined : startNextIn(this.tree.root, { kind, start, free, freeOfKind });
  }

  started({ place }: L, kind: SlotKind): void {
    count(place, kind, 1);
  }

  ended({ place }: L, kind: SlotKind): void {
    count(place, kind, -1);
  }

  /** Spaces whose deliveries wait because the space, or a user or an origin in it, has all slots that it may have. */
  spacesAtShare(): readonly number[] {
    const spaces = [...this.tree.root.children.values()].filter((space) => isAtShare(space, this.free));
    return spaces.map(({ key }) => Number(key));
  }
}

interface SlotRequest<L, T> {
  readonly kind: SlotKind;
  readonly start: (lane: L) => T | undefined;
  readonly free: number;
  readonly freeOfKind: number;
}

function startNextIn<L extends Lined, T>(node: SlotClass<L>, request: SlotRequest<L, T>): T | undefined {
  const { kind, start } = request;
  const ring = node.load.rings[kind];
  for (let left = ring.length; left > 0; left--) {
    const member = ring.shift();
    if (member === undefined) return undefined;
    let started: T | undefined;
    if (member instanceof ClassNode) {
      member.load.lined[kind] = false;
      if (mayStart(member, request)) started = startNextIn(member, request);
      // A class that may have no more slots stays in the ring, because requests that end elsewhere make room for it.
      if (member.load.rings[kind].length > 0) lineClass(member, kind);
    } else {
      member.lined[kind] = false;
      started = start(member);
    }
    if (started !== undefined) return started;
  }
  return undefined;
}

function mayStart<L, T>({ used, depth }: SlotClass<L>, { kind, free, freeOfKind }: SlotRequest<L, T>): boolean {
  const times = TIMES_OF_FREE[depth] ?? 0;
  return hasRoom(used.inFlight, free, times) && hasRoom(used.ofKind[kind], freeOfKind, times);
}

function lineClass<L>(narrowest: SlotClass<L>, kind: SlotKind): void {
  for (let node = narrowest; node.parent && !node.load.lined[kind]; node = node.parent) {
    node.load.lined[kind] = true;
    node.parent.load.rings[kind].push(node);
  }
}

function count<L>(place: SlotClass<L>, kind: SlotKind, by: 1 | -1): void {
  for (let node: SlotClass<L> | undefined = place; node; node = node.parent) {
    node.used.inFlight += by;
    node.used.ofKind[kind] += by;
  }
}

function isAtShare<L>({ used, load, depth, children }: SlotClass<L>, free: number): boolean {
  if (!SLOT_KINDS.some((kind) => load.rings[kind].length > 0)) return false;
  return (
    !hasRoom(used.inFlight, free, TIMES_OF_FREE[depth] ?? 0) ||
    [...children.values()].some((one) => isAtShare(one, free))
  );
}

const makeUsed = (): SlotsUsed => ({ inFlight: 0, ofKind: { fresh: 0, retry: 0, hung: 0 } });

const makeLoad = <L>(): SlotLoad<L> => ({
  rings: { fresh: new Fifo(), retry: new Fifo(), hung: new Fifo() },
  lined: { fresh: false, retry: false, hung: false },
});
