import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { type Repeating, repeat } from '../repeat.js';

/** The instances as the store knows them. */
export interface InstanceStore {
  register(id: string): Promise<void>;
  /** How many instances live, this one included; 0 when it was declared dead. */
  beat(id: string): Promise<number>;
  /** Declares dead who is silent, except the one that looks. */
  burySilent(by: string, silentMs: number): Promise<Buried>;
  /** Declares dead whose process is known to have ended, however short ago it was heard of. */
  buryEnded(by: string): Promise<Buried>;
  leave(id: string): Promise<void>;
}

export interface MembershipDeps {
  readonly store: InstanceStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Silence after which an instance counts as dead, milliseconds. */
  readonly timeoutMs: number;
}

export interface Buried {
  readonly instances: readonly string[];
  readonly freed: number;
}

export interface MembershipEvents {
  /** We were declared dead: what we held belongs to others now. */
  onDeath(): void;
  /** The heart beats again after it had been silent. */
  onTrusted(): void;
}

export interface Membership {
  /** uuid; a new one after each death. */
  id(): string;
  /** False once the heart could not beat for two thirds of the time: then nothing may be sent. */
  isTrusted(): boolean;
  /** How many instances live, this one included, as of the last heartbeat. */
  living(): number;
  start(events: MembershipEvents): Promise<void>;
  stop(): Promise<void>;
}

/** Between two looks for instances whose process has ended: one small query. */
const LOOK_EVERY_MS = 1000;

/** This process among the instances: it shows that it lives, and sets free what the silent ones held. */
export function makeMembership(deps: MembershipDeps): Membership {
  const { store, clock, logger } = deps;
  const trustMs = (deps.timeoutMs * 2) / 3;
  let id: string = randomUUID();
  let beatAt = Number.NEGATIVE_INFINITY;
  let living = 1;
  let beating: Repeating | undefined;
  let looking: Repeating | undefined;

  const isTrusted = () => clock.monotonic() - beatAt < trustMs;

  const register = async () => {
    const sentAt = clock.monotonic();
    await store.register(id);
    beatAt = sentAt;
  };

  const beatOnce = async (events: MembershipEvents) => {
    const sentAt = clock.monotonic();
    const others = await store.beat(id);
    if (others > 0) {
      living = others;
      const wasTrusted = isTrusted();
      beatAt = sentAt;
      if (!wasTrusted) events.onTrusted();
    } else {
      const dead = id;
      id = randomUUID();
      events.onDeath();
      logger.warn('instance.declared_dead', { instance: dead, new_instance: id });
      await register();
      events.onTrusted();
    }
    tell(await store.burySilent(id, deps.timeoutMs), 'it was silent');
  };

  const tell = (buried: Buried, because: string) => {
    if (buried.instances.length > 0) logger.warn('instance.buried', { ...buried, because });
  };

  const lookOnce = async () => tell(await store.buryEnded(id), 'its process has ended');

  return {
    id: () => id,
    isTrusted,
    living: () => living,
    async start(events) {
      await register();
      beating = repeat(() => beatOnce(events), {
        everyMs: deps.timeoutMs / 6,
        onError: (error) => logger.warn('instance.heartbeat_failed', { error: messageOf(error), trusted: isTrusted() }),
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
