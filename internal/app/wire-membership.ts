import { hostname } from 'node:os';
import { learnFrom } from '../corrected-clock.js';
import { type Membership, makeMembership } from '../instance/membership.js';
import { hasEnded, nameOwnProcess } from '../instance/own-process.js';
import {
  beat,
  buryInstances,
  burySilentInstances,
  leave,
  listNeighbours,
  registerInstance,
} from '../store/journal/claim/instances.js';
import type { Base } from './base.js';
import type { Store } from './open/open-store.js';

/**
 * This process among the instances, on the store and on what the kernel says of processes. `onInstance` is told of each id
 * before this instance goes by it.
 */
export function wireMembership(
  { config, clock, logger }: Base,
  { pool, heartPool }: Store,
  onInstance: ((id: string) => void) | undefined,
): Membership {
  const { instanceTimeoutMs: timeoutMs, instanceName: name } = config;
  return makeMembership({
    store: {
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
    },
    clock,
    logger,
    timeoutMs,
  });
}
