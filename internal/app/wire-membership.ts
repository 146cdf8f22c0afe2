import { hostname } from 'node:os';
import { type CorrectedClock, learnFrom } from '../corrected-clock.js';
import { type Membership, makeMembership } from '../dispatch/membership.js';
import type { Logger } from '../logger.js';
import {
  beat,
  buryInstances,
  burySilentInstances,
  leave,
  listNeighbours,
  registerInstance,
} from '../store/journal/instances.js';
import type { JournalPool } from '../store/journal/journal-pool.js';
import { hasEnded, nameOwnProcess } from './own-process.js';

export interface MembershipParts {
  readonly pool: JournalPool;
  readonly heartPool: JournalPool;
  readonly timeoutMs: number;
  /** `INSTANCE_NAME`, where it is set. */
  readonly name: string | undefined;
  /** Told of each id before this instance goes by it. */
  readonly onInstance: ((id: string) => void) | undefined;
  /** Learns what the database's clock shows. */
  readonly clock: CorrectedClock;
  readonly logger: Logger;
}

/** This process among the instances, on the store and on what the kernel says of processes. */
export function wireMembership(parts: MembershipParts): Membership {
  const { pool, heartPool, timeoutMs, name, onInstance, clock, logger } = parts;
  return makeMembership({
    async register(id) {
      onInstance?.(id);
      // Named each time: a process that was checkpointed and restored has another start.
      const register = () => registerInstance(heartPool, { id, host: hostname(), name, ...nameOwnProcess() });
      await learnFrom(clock, register, (time) => time);
    },
    async beat(id) {
      const heartbeat = await learnFrom(
        clock,
        () => beat(heartPool, id),
        (answer) => answer?.time,
      );
      return heartbeat?.living ?? 0;
    },
    burySilent: (by, silentMs) => burySilentInstances(pool, silentMs, by),
    async buryEnded(by) {
      const place = nameOwnProcess()?.place;
      const neighbours = place === undefined ? [] : await listNeighbours(pool, place, by);
      const ended = neighbours.filter(({ process }) => hasEnded(process)).map(({ id }) => id);
      return ended.length > 0 ? buryInstances(pool, ended) : { instances: [], freed: 0 };
    },
    leave: (id) => leave(heartPool, id),
    clock,
    logger,
    timeoutMs,
  });
}
