import type { ClassPath } from '../../domain/delivery/scheduling-class.js';
import { ClassNode, ClassTree, hasRoom, type TimesOfFree } from './class-tree.js';
import { Fifo } from './fifo.js';

/** New messages; retries and replays; and all requests to a webhook of which the last request hung. */
export type SlotKind = 'fresh' | 'retry' | 'hung';
export const SLOT_KINDS: readonly SlotKind[] = ['fresh', 'retry', 'hung'];

/** A lane as the tree knows it. */
export interface Lined {
  readonly place: SlotClass<this>;
  /** Whether it stands in the ring of that kind. */
  readonly lined: Record<SlotKind, boolean>;
}

interface SlotsUsed {
  inFlight: number;
  readonly ofKind: Record<SlotKind, number>;
}

interface SlotLoad<L> {
  /** What has work, each in its turn: narrower classes, or the lanes of a narrowest one. */
  readonly rings: Readonly<Record<SlotKind, Fifo<SlotClass<L> | L>>>;
  /** Whether the class stands in the ring of the class around it. */
  readonly lined: Record<SlotKind, boolean>;
}

export type SlotClass<L> = ClassNode<SlotsUsed, SlotLoad<L>>;

/** Slots there are, and how many of them each kind may have. */
export interface SlotLimits {
  readonly all: number;
  readonly ofKind: Readonly<Record<SlotKind, number>>;
}

/**
 * Of 512 slots an origin that is alone may have 439, a user with several origins 461, a space with several users 473: the rest is
 * kept, for a receiver that hangs keeps the slots that it has, and one that answers soon needs few.
 */
const TIMES_OF_FREE: TimesOfFree = [12, 9, 6];

/** Hands out slots round robin over spaces, over the users of a space, over the origins of a user, and over the lanes of an origin. */
export class SlotTree<L extends Lined> {
  private readonly tree = new ClassTree<SlotsUsed, SlotLoad<L>>(makeUsed, makeLoad);

  constructor(private readonly limits: SlotLimits) {}

  get inFlight(): number {
    return this.tree.root.used.inFlight;
  }

  get free(): number {
    return this.limits.all - this.inFlight;
  }

  /** Slots that a kind may still have. */
  freeOf(kind: SlotKind): number {
    return this.limits.ofKind[kind] - this.tree.root.used.ofKind[kind];
  }

  enter(path: ClassPath): SlotClass<L> {
    return this.tree.enter(path);
  }

  leave(place: SlotClass<L>): void {
    this.tree.leave(place);
  }

  /** Puts a lane, and the classes that it is in, at the end of their rings, where they do not stand there already. */
  line(lane: L, kind: SlotKind): void {
    if (lane.lined[kind]) return;
    lane.lined[kind] = true;
    lane.place.load.rings[kind].push(lane);
    lineClass(lane.place, kind);
  }

  /** What the next lane in turn starts. One that starts nothing leaves its ring. */
  take<T>(kind: SlotKind, start: (lane: L) => T | undefined): T | undefined {
    // Each delivery asks for all kinds, and usually one of them has work.
    if (this.tree.root.load.rings[kind].length === 0) return undefined;
    const [free, freeOfKind] = [this.free, this.freeOf(kind)];
    return free < 1 || freeOfKind < 1 ? undefined : takeFrom(this.tree.root, { kind, start, free, freeOfKind });
  }

  started({ place }: L, kind: SlotKind): void {
    count(place, kind, 1);
  }

  ended({ place }: L, kind: SlotKind): void {
    count(place, kind, -1);
  }

  /** Spaces that have something to send which waits because the space, or a user or an origin in it, has all the slots that it may have. */
  spacesAtShare(): readonly number[] {
    const spaces = [...this.tree.root.children.values()].filter((space) => isAtShare(space, this.free));
    return spaces.map(({ key }) => Number(key));
  }
}

interface Turn<L, T> {
  readonly kind: SlotKind;
  readonly start: (lane: L) => T | undefined;
  readonly free: number;
  readonly freeOfKind: number;
}

function takeFrom<L extends Lined, T>(node: SlotClass<L>, turn: Turn<L, T>): T | undefined {
  const { kind, start } = turn;
  const ring = node.load.rings[kind];
  for (let left = ring.length; left > 0; left--) {
    const member = ring.shift();
    if (member === undefined) return undefined;
    let taken: T | undefined;
    if (member instanceof ClassNode) {
      member.load.lined[kind] = false;
      if (mayTake(member, turn)) taken = takeFrom(member, turn);
      // A class that may have no more stays in the ring: what ends elsewhere makes room for it.
      if (member.load.rings[kind].length > 0) lineClass(member, kind);
    } else {
      member.lined[kind] = false;
      taken = start(member);
    }
    if (taken !== undefined) return taken;
  }
  return undefined;
}

function mayTake<L, T>({ used, depth }: SlotClass<L>, { kind, free, freeOfKind }: Turn<L, T>): boolean {
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
