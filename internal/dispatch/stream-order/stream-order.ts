import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { Repeating } from '../../repeat.js';
import { repeatReported } from '../../repeat-reported.js';
import { type Floor, Floors } from './floors.js';
import { Following } from './following.js';
import { makeNumberUpTo, type NumberingDeps } from './numbering.js';
import { Patrol } from './patrol.js';
import type { Unnumbered } from './patrol-table.js';

export interface StreamOrderDeps extends NumberingDeps {
  listUnnumbered(): Promise<readonly Unnumbered[]>;
  acknowledgedUpTo(stream: string, known: number): Promise<Floor>;
  /** Time that another instance has to number the deliveries of a stream that is not read here. */
  unreadMs(): number;
  /** Milliseconds. */
  now(): number;
  readonly logger: Logger;
}

/** Gives deliveries from streams their turn, in the order of each stream. */
export interface StreamOrder {
  /** Ordered deliveries of a message were committed, and the message was acknowledged. */
  committed(stream: string, sequence: number): void;
  /** Looks at everything once. The loop calls it. */
  runOnce(): Promise<void>;
  /** The pause until the next look. */
  pauseMs(): number;
  start(): void;
  stop(): Promise<void>;
}

/**
 * Deliveries that are ordered by their place in a stream are committed without a number. Several instances read one
 * consumer, so a message may be committed before an earlier one. However, every message that is not above the
 * acknowledgement floor of the consumer is committed, and visible to each instance that has queried the floor. Those
 * messages are numbered, in the order of the stream, by the first instance that sees the floor. Only deliveries with a
 * number take turns. The floor is queried while deliveries wait.
 * Nothing waits for ever. If an instance forgot deliveries (it died, or an error occurred in between), the patrol of
 * any other instance finds them in the store. Each look that succeeds either finds the floor above the first waiting
 * message and numbers it, or finds the floor unchanged. An unchanged floor is tolerated for a limited time only, after
 * which all waiting deliveries are numbered. The limit is short for a stream that no instance reads (it was deleted,
 * its events are gone, `INTAKE` has another value) and ten minutes if the floor does not move. Until the floor moves,
 * the order is then that of the commits. While NATS or PostgreSQL cannot be queried, or it is not known yet which
 * streams are read, the clock stays at zero. Those problems have their own lines in the log.
 */
export function makeStreamOrder(deps: StreamOrderDeps): StreamOrder {
  const { logger, now } = deps;
  const floors = new Floors({
    acknowledgedUpTo: deps.acknowledgedUpTo,
    onError: (error) => logger.warn('order.look_failed', { error: messageOf(error) }),
    logger,
  });
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
      loop = repeatReported(runOnce, { everyMs: pauseMs, logger, line: 'order.look_failed' });
    },
    async stop() {
      await loop?.stop();
    },
  };
}
