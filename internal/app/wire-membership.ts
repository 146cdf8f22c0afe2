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
 * Makes this process a member of the instances, with the store and the kernel's information about processes.
 * `onInstance` is called with each id before this instance uses it.
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
        // The process is named for each registration, because a process that was checkpointed and restored has another
        // start time.
        const register = () => registerInstance(heartPool, { id, host: hostname(), name, ...nameOwnProcess() });
        await learnFrom(clock, register, (time) => time);
      },
      beat: (id) =>
        learnFrom(
          clock,
          () => beat(heartPool, id),
          (answer) => answer?.time,
        ),
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
