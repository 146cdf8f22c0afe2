import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { type Repeating, repeat } from '../../repeat.js';
import { type Floor, Floors } from './floors.js';
import { Following } from './following.js';
import { makeNumberUpTo, type NumberingDeps } from './numbering.js';
import { Patrol } from './patrol.js';
import type { Unnumbered } from './patrol-table.js';

export interface StreamOrderDeps extends NumberingDeps {
  listUnnumbered(): Promise<readonly Unnumbered[]>;
  acknowledgedUpTo(stream: string, known: number): Promise<Floor>;
  /** How long another instance is left to number the deliveries of a stream that is not read here. */
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
  const { logger, now } = deps;
  const onError = (error: unknown) => logger.warn('order.look_failed', { error: messageOf(error) });
  const floors = new Floors({ acknowledgedUpTo: deps.acknowledgedUpTo, onError, logger });
  const number = makeNumberUpTo(deps);
  const following = new Following({ floors, number, now });
  const patrol = new Patrol({
    listUnnumbered: deps.listUnnumbered,
    floors,
    number,
    follow: (stream, highest) => following.follow(stream, highest),
    unreadMs: deps.unreadMs,
    now,
    logger,
  });
  let loop: Repeating | undefined;

  const runOnce = async () => {
    if (patrol.dueInMs() <= 0) await patrol.look();
    await following.look();
  };
  const pauseMs = () => (following.size === 0 ? Math.max(1, patrol.dueInMs()) : following.pauseMs());

  return {
    committed(stream, sequence) {
      if (!following.has(stream)) {
        following.progressed();
        loop?.wake();
      }
      following.follow(stream, sequence);
    },
    runOnce,
    pauseMs,
    start() {
      loop = repeat(runOnce, { everyMs: pauseMs, onError });
    },
    async stop() {
      await loop?.stop();
    },
  };
}
