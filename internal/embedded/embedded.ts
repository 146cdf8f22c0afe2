import { randomFillSync } from 'node:crypto';
import { systemClock } from '../clock.js';
import { makeOpener } from '../destinations/connection/opener.js';
import { makeSender } from '../destinations/http/sender.js';
import { makeSystemResolver } from '../destinations/lookup/system-resolver.js';
import type { Dispatch } from '../dispatch/dispatch.js';
import { makeEgressRules } from '../domain/egress/egress-rules.js';
import type { IpRange } from '../domain/egress/ip-range.js';
import { makeUuids } from '../domain/message/uuid.js';
import { readVersion } from '../version.js';
import { DeadLetters } from './dead-letters.js';
import type { EmbeddedEmitter, EmbeddedOptions } from './embedded-contract.js';
import { Embedded } from './embedded-emitter.js';
import { Emitters } from './emitters.js';
import { Lines } from './lines.js';
import { makeEmbeddedDispatch } from './make-dispatch.js';
import { makeMemoryJournal } from './memory-journal.js';
import { makeSafeObservers } from './observers.js';
import { readOptions } from './options.js';
import { Tally } from './tally.js';

export type {
  Attached,
  Emitted,
  Emitter,
  EmitterBackoff,
  EmitterConfig,
  Restarted,
  StopReport,
  Undelivered,
} from '../../packages/client/src/emitter/contract.js';
export { EmitterError, type EmitterErrorCode } from '../../packages/client/src/emitter/emitter-error.js';
export type {
  Attempt,
  EmbeddedEmitter,
  EmbeddedOptions,
  EmittedNow,
  EmitterStats,
  GivenUp,
  GivenUpBecause,
} from './embedded-contract.js';

const DEAD_LETTER_BYTES = 8 * 1024 * 1024;
/** Upper bounds within the time of a request. */
const LOOKUP_TIMEOUT_MS = 5000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Every emitter has a time limit of its own, which is never longer. */
const REQUEST_TIMEOUT_MS = 600_000;

/** Starts emitters in this process, without a service. @throws {EmitterError} */
export function startEmitter(options: EmbeddedOptions = {}): EmbeddedEmitter {
  const read = readOptions(options);
  const { logger } = read;
  const clock = systemClock;
  const rules = makeRules(read.allowNetworks);
  const sender = makeSender({
    version: readVersion(),
    clock,
    timeoutMs: REQUEST_TIMEOUT_MS,
    opener: makeOpener({
      rules,
      resolve: makeSystemResolver({ timeoutMs: LOOKUP_TIMEOUT_MS }),
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
    }),
  });
  const letters = new DeadLetters({ count: read.maxDeadLetters, bytes: DEAD_LETTER_BYTES });
  const tally = new Tally({ letters, observers: makeSafeObservers(read, logger), logger });
  const emitters = new Emitters();
  const lines = new Lines({
    limits: read,
    clock,
    onReady: ({ webhookId, orderKey = '' }) => dispatch.advance(webhookId, orderKey),
  });
  const journal = makeMemoryJournal({
    lines,
    has: (id) => emitters.find(id) !== undefined,
    isSentTo: (id) => emitters.isSentTo(id),
    onDelivered: () => tally.delivered(),
    onGivenUp: (owed, because, attempt) => tally.gaveUp(owed, because, attempt),
  });
  const dispatch: Dispatch = makeEmbeddedDispatch(
    {
      emitters,
      journal,
      sender,
      clock,
      logger,
      onAttempt: (attempt) => tally.attempted(attempt),
      disable(webhookId, because) {
        const id = emitters.find(webhookId)?.key ?? '';
        if (emitters.pause(id)) logger.warn('emitter.paused', { emitter: id, because });
      },
    },
    read,
  );
  dispatch.start();
  const makeId = makeUuids((bytes) => randomFillSync(bytes));
  return new Embedded({ emitters, lines, dispatch, sender, rules, tally, runtime: { clock, logger, makeId } });
}

/** Public addresses, and the networks that the application allows. */
function makeRules(allowRanges: readonly IpRange[]) {
  return makeEgressRules({
    development: false,
    allowRanges,
    denyRanges: [],
    denyHosts: [],
    nat64Prefixes: [],
    allowPorts: [],
    httpsOnly: false,
    allowedBy: 'allowNetworks',
  });
}
