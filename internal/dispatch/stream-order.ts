import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { repeat } from '../repeat.js';

/** A stream of which ordered deliveries have no number yet, with the sequences of the first and the last of them. */
interface Unnumbered {
  readonly stream: string;
  readonly lowest: number;
  readonly highest: number;
}

export interface StreamOrderDeps {
  listUnnumbered(): Promise<readonly Unnumbered[]>;
  /** Numbers what a stream owes in order up to a sequence; answers the keys that it found. */
  numberLater(
    stream: string,
    upTo: number,
  ): Promise<{
    readonly keys: readonly { readonly webhookId: number; readonly orderKey: string }[];
    readonly more: boolean;
  }>;
  /** Up to where everything of a stream is committed; 'unread': not a stream that we read; undefined: unknown just now. */
  acknowledgedUpTo(stream: string, known: number): Promise<number | 'unread' | undefined>;
  next(webhookId: number, orderKey: string): void;
  /** How long somebody else is left to number what is of a stream that we do not read. */
  unreadMs(): number;
  /** Milliseconds. */
  now(): number;
  readonly logger: Logger;
}

/** Gives what comes from streams its turn, in the order of each stream. */
export interface StreamOrder {
  /** Ordered deliveries of a message were committed, and it was acknowledged. */
  committed(stream: string, sequence: number): void;
  /** One look at everything; for the loop. */
  runOnce(): Promise<void>;
  /** Until the next look. */
  pauseMs(): number;
  start(): void;
  stop(): Promise<void>;
}

/** A stream whose deliveries we wait for a number for. */
interface Waiting {
  /** Of what was committed. */
  highest: number;
  /** Up to where they have numbers. */
  numbered: number;
}

/** What stays unnumbered: its first sequence, and since when we have seen it stand there, for the same reason, without a break. */
interface Standing {
  readonly lowest: number;
  readonly isUnread: boolean;
  readonly since: number;
}

const PATROL_EVERY_MS = 5000;
/** The server takes an acknowledgement in a moment after it has answered what was asked behind it: three times in four. */
const SHORTEST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 250;
/** A look that finds so many keys is busy: twice its time is left to others. At 100 messages a second it costs 10 ms to do so always. */
const BUSY_FROM = 8;
/** Ten times what a stream takes to deliver again what a dead instance had. */
const STANDS_MS = 600_000;

/**
 * Deliveries that are ordered by their place in a stream are committed without a number. Several instances read one consumer,
 * so a message may be committed before an earlier one; but all that is not above the floor of its acknowledgements is
 * committed, and visible to whoever has asked for the floor. So that is numbered, in the order of the stream, by
 * whichever instance sees the floor first; only what has a number takes turns. The floor is asked for while something waits.
 *
 * Nothing waits for ever. What its instance forgot (it died, or an error came between) the patrol of any other finds in the
 * store. Each look that succeeds finds the floor above the first that waits and numbers it, or finds it where it was: and that
 * is borne for a limited time only, after which everything that waits is numbered. The limit is short for a stream that
 * nobody reads (it was deleted, its events are gone, `INTAKE` is another one) and ten minutes where the floor stands still.
 * Until the floor moves, order is then that of the commits. While NATS or PostgreSQL cannot be asked, or it is
 * not known yet which streams are read, the clock stands at zero; what is wrong then has lines of its own in the log.
 */
export function makeStreamOrder(deps: StreamOrderDeps): StreamOrder {
  const { logger } = deps;
  const waiting = new Map<string, Waiting>();
  const standing = new Map<string, Standing>();
  /** Floors that are waited for no more. */
  const givenUp = new Map<string, number>();
  /** Streams that have not answered since we said so. */
  const complainedOf = new Set<string>();
  let patrolAt = Number.NEGATIVE_INFINITY;
  let progressAt = deps.now();
  /** Of the last look, if it was a busy one. */
  let busyMs = 0;
  let found = 0;
  let loop: ReturnType<typeof repeat> | undefined;

  const complain = (error: unknown) => logger.warn('order.look_failed', { error: messageOf(error) });

  const expect = (stream: string, highest: number) => {
    const known = waiting.get(stream);
    if (known) known.highest = Math.max(known.highest, highest);
    else waiting.set(stream, { highest, numbered: 0 });
  };

  const number = async (stream: string, upTo: number) => {
    for (let more = true; more; ) {
      const done = await deps.numberLater(stream, upTo);
      for (const { webhookId, orderKey } of done.keys) deps.next(webhookId, orderKey);
      found += done.keys.length;
      more = done.more;
    }
  };

  /** A stream that cannot be asked must not stop the others, nor fill the log. */
  const ask = async (stream: string, highest: number) => {
    try {
      const floor = await deps.acknowledgedUpTo(stream, highest);
      complainedOf.delete(stream);
      return floor;
    } catch (error) {
      if (!complainedOf.has(stream)) complain(error);
      complainedOf.add(stream);
      return undefined;
    }
  };

  /** Up to where a stream may be numbered now. */
  const reach = async (stream: string, highest: number) => {
    const floor = await ask(stream, highest);
    const stuckAt = givenUp.get(stream);
    if (stuckAt === undefined || typeof floor !== 'number') return floor;
    if (floor === stuckAt) return highest;
    givenUp.delete(stream);
    logger.info('order.kept_again', { stream, floor });
    return floor;
  };

  const advance = async (stream: string, one: Waiting) => {
    const { highest } = one;
    const upTo = await reach(stream, highest);
    if (upTo === undefined) return;
    if (upTo === 'unread') {
      waiting.delete(stream);
      return;
    }
    if (upTo > one.numbered) {
      await number(stream, upTo);
      one.numbered = upTo;
      progressAt = deps.now();
    }
    if (upTo >= one.highest) waiting.delete(stream);
  };

  const patrol = async () => {
    const unnumbered = await deps.listUnnumbered();
    const streams = new Set(unnumbered.map(({ stream }) => stream));
    for (const stream of standing.keys()) if (!streams.has(stream)) standing.delete(stream);
    await Promise.all(unnumbered.map(inspect));
  };

  const inspect = async ({ stream, lowest, highest }: Unnumbered) => {
    const floor = await reach(stream, highest);
    if (floor === undefined) {
      standing.delete(stream);
      return;
    }
    const isUnread = floor === 'unread';
    const before = standing.get(stream);
    const stands = before?.lowest === lowest && before.isUnread === isUnread;
    const since = stands ? before.since : deps.now();
    standing.set(stream, { lowest, isUnread, since });
    const stoodMs = deps.now() - since;
    if (stoodMs < (isUnread ? deps.unreadMs() : STANDS_MS)) {
      if (isUnread) return;
      if (floor >= lowest) await number(stream, floor);
      if (floor < highest) expect(stream, highest);
      return;
    }
    if (isUnread) logger.warn('order.stream_unread', { stream, lowest, highest });
    else {
      givenUp.set(stream, floor);
      logger.error('order.given_up', { stream, floor, lowest, highest, stood_ms: Math.round(stoodMs) });
    }
    await number(stream, highest);
  };

  const runOnce = async () => {
    if (deps.now() >= patrolAt) {
      patrolAt = deps.now() + PATROL_EVERY_MS;
      try {
        await patrol();
      } catch (error) {
        standing.clear();
        throw error;
      }
    }
    const from = deps.now();
    found = 0;
    await Promise.all([...waiting].map(([stream, one]) => advance(stream, one)));
    busyMs = found < BUSY_FROM ? 0 : deps.now() - from;
  };

  /** The longer nothing moves, and the more a busy look costs, the longer the pause. */
  const pauseMs = () => {
    if (waiting.size === 0) return Math.max(1, patrolAt - deps.now());
    return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, 2 * busyMs, (deps.now() - progressAt) / 4));
  };

  return {
    committed(stream, sequence) {
      if (!waiting.has(stream)) {
        progressAt = deps.now();
        loop?.wake();
      }
      expect(stream, sequence);
    },
    runOnce,
    pauseMs,
    start() {
      loop = repeat(runOnce, {
        everyMs: pauseMs,
        onError: complain,
      });
    },
    async stop() {
      await loop?.stop();
    },
  };
}
