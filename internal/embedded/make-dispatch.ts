import type { Clock } from '../clock.js';
import type { Sender } from '../destinations/http/sender.js';
import { type Dispatch, makeDispatch } from '../dispatch/dispatch.js';
import type { DispatchPorts } from '../dispatch/ports.js';
import type { SettledAttempt } from '../domain/delivery/attempt.js';
import { makeClassPaths } from '../domain/delivery/scheduling-class.js';
import type { Logger } from '../logger.js';
import type { Emitters } from './emitters.js';
import type { MemoryJournal } from './memory-journal.js';
import type { ReadOptions } from './options.js';

/** The owner of all deliveries of this process. */
export const OWNER = 'embedded';

export interface EmbeddedDispatchParts {
  readonly emitters: Emitters;
  readonly journal: MemoryJournal;
  readonly sender: Sender;
  readonly clock: Clock;
  readonly logger: Logger;
  onAttempt(attempt: SettledAttempt): void;
  /** Stops sending to an emitter. */
  disable(webhookId: number, because: string): void;
}

/** Share of the slots that retries may use, as in the service. */
const MAX_RETRY_SHARE = 0.5;

/** Constructs the sending loop of the service over the journal in memory. */
export function makeEmbeddedDispatch(parts: EmbeddedDispatchParts, limits: ReadOptions): Dispatch {
  const { emitters, journal, sender, clock, logger } = parts;
  const classPaths = makeClassPaths();
  const ports: DispatchPorts = {
    ...journal,
    webhooks: {
      find: (id) => emitters.find(id),
      classOf: (id) => classPaths(emitters.find(id)),
      policyOf: (webhook) => emitters.preparedOf(webhook).policy,
      // The catalog of emitters has every change at once.
      reload: async () => undefined,
      disable: async (id, because) => parts.disable(id, because),
    },
    sending: {
      send({ id: deliveryId, message, attempts }, webhook, { signal }) {
        const { plan } = emitters.preparedOf(webhook);
        return sender.send({ plan, message, deliveryId, attempt: attempts + 1 }, signal);
      },
      untilReady: () => undefined,
      onAttempt: parts.onAttempt,
      onSettled: () => undefined,
    },
    // The breaker of every emitter is off: its deliveries wait for each other, so a failing receiver gets few requests.
    circuits: {
      open: async () => undefined,
      close: async () => undefined,
      countOpen: () => 0,
      saveHealth: async () => undefined,
      breaker: { failures: 0, share: 0, windowMs: 60_000, minAttempts: 1 },
    },
    instance: { id: () => OWNER, isTrusted: () => true, living: () => 1 },
    runtime: { clock, random: Math.random, logger },
  };
  return makeDispatch(ports, {
    maxResident: limits.maxQueued,
    maxResidentBytes: limits.maxQueuedBytes,
    maxInFlight: limits.maxInFlight,
    maxInFlightPerWebhook: 1,
    maxRetryShare: MAX_RETRY_SHARE,
  });
}
