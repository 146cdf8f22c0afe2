import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { type Repeating, repeat } from '../repeat.js';
import { repeatReported } from '../repeat-reported.js';
import { Jumps } from './jumps.js';

/** The instances that the store knows. */
export interface InstanceStore {
  register(id: string): Promise<void>;
  /** Returns undefined when this instance was declared dead. */
  beat(id: string): Promise<Heartbeat | undefined>;
  /** Declares the silent instances dead, except the one that asks. */
  burySilent(by: string, silentMs: number): Promise<Buried>;
  /**
   * Declares those instances dead whose process is known to have ended, even if their last heartbeat was a moment ago.
   */
  buryEnded(by: string): Promise<Buried>;
  leave(id: string): Promise<void>;
}

export interface Heartbeat {
  /** Number of living instances, this one included. */
  readonly living: number;
  /** The database's clock. */
  readonly time: number;
}

export interface MembershipDeps {
  readonly store: InstanceStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds without a heartbeat after which an instance counts as dead. */
  readonly timeoutMs: number;
}

export interface Buried {
  readonly instances: readonly string[];
  readonly freed: number;
}

export interface MembershipEvents {
  /** This instance was declared dead. Its deliveries belong to other instances now. */
  onDeath(): void;
  /** The heartbeat succeeds again after a silence. */
  onTrusted(): void;
}

export interface Membership {
  /** The uuid of this instance; a new one after each death. */
  id(): string;
  /** False once no heartbeat has succeeded for two thirds of the timeout. Nothing may be sent then. */
  isTrusted(): boolean;
  /** Number of living instances, this one included, as of the last heartbeat. */
  living(): number;
  start(events: MembershipEvents): Promise<void>;
  stop(): Promise<void>;
}

/** Interval between two checks for instances whose process has ended. Each check is one small query. */
const LOOK_EVERY_MS = 1000;

/** Registers this process as an instance, sends its heartbeats, and releases the deliveries of silent instances. */
export function makeMembership(deps: MembershipDeps): Membership {
  const { store, clock, logger } = deps;
  const trustMs = (deps.timeoutMs * 2) / 3;
  const everyMs = deps.timeoutMs / 6;
  /** In this time every instance that lives, and reaches the database, sends a heartbeat. */
  const roundMs = everyMs * 2;
  const jumps = new Jumps(everyMs);
  let id: string = randomUUID();
  let beatAt = Number.NEGATIVE_INFINITY;
  /** The start of the present series of heartbeats. */
  let beatingSince = Number.NEGATIVE_INFINITY;
  let living = 1;
  let beating: Repeating | undefined;
  let looking: Repeating | undefined;

  const isTrusted = () => clock.monotonic() - beatAt < trustMs;

  const register = async () => {
    const sentAt = clock.monotonic();
    await store.register(id);
    beatAt = sentAt;
    beatingSince = clock.monotonic();
  };

  /**
   * The last heartbeats of others show that they are silent only if the others were able to send newer ones. They were
   * not if the database was away, which this instance notices by its own heartbeats, or if its clock was set. A new
   * instance knows of neither before its start.
   */
  const canJudge = () => {
    const now = clock.monotonic();
    return now - beatingSince >= roundMs && jumps.sinceMs(now) >= deps.timeoutMs;
  };

  const beatOnce = async (events: MembershipEvents) => {
    const sentAt = clock.monotonic();
    const heartbeat = await store.beat(id);
    if (heartbeat) {
      living = heartbeat.living;
      jumps.see({ askedAt: sentAt, answeredAt: clock.monotonic(), time: heartbeat.time });
      const wasTrusted = isTrusted();
      beatAt = sentAt;
      if (!wasTrusted) {
        beatingSince = clock.monotonic();
        events.onTrusted();
      }
    } else {
      const dead = id;
      id = randomUUID();
      events.onDeath();
      logger.warn('instance.declared_dead', { instance: dead, new_instance: id });
      await register();
      events.onTrusted();
    }
    if (canJudge()) logBuried(await store.burySilent(id, deps.timeoutMs), 'it was silent');
  };

  const logBuried = (buried: Buried, because: string) => {
    if (buried.instances.length > 0) logger.warn('instance.buried', { ...buried, because });
  };

  const lookOnce = async () => logBuried(await store.buryEnded(id), 'its process has ended');

  return {
    id: () => id,
    isTrusted,
    living: () => living,
    async start(events) {
      await register();
      beating = repeatReported(() => beatOnce(events), {
        everyMs,
        logger,
        line: 'instance.heartbeat_failed',
        fields: () => ({ trusted: isTrusted() }),
      });
      looking = repeat(lookOnce, {
        everyMs: LOOK_EVERY_MS,
        onError: (error) => logger.debug('instance.look_failed', { error: messageOf(error) }),
      });
    },
    async stop() {
      await Promise.all([beating?.stop(), looking?.stop()]);
      await store.leave(id).catch((error: unknown) => {
        logger.warn('instance.leave_failed', { instance: id, error: messageOf(error) });
      });
    },
  };
}
