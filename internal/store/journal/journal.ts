import { setMaxListeners } from 'node:events';
import type { SettledAttempt } from '../../domain/attempt.js';
import type { Claim, ClaimRoom } from '../../domain/claim.js';
import type { OwnedDelivery } from '../../domain/delivery.js';
import { weightOf } from '../../domain/message.js';
import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { isNotOurSchema, judgePgError, type PgVerdict } from '../pg-error.js';
import { type Accepted, acceptBatch } from './accept.js';
import type { Acceptance } from './accept-statement.js';
import { type Batcher, makeBatcher } from './batcher.js';
import { bisect } from './bisect.js';
import { cancel } from './cancel.js';
import { claim } from './claim.js';
import { giveBack, giveBackStrays, hold, releaseHeld } from './hold.js';
import { makeIsolate } from './isolate.js';
import type { JournalPool } from './journal-pool.js';
import { makePersevere, type Persevere } from './persevere.js';
import { quarantine } from './quarantine.js';
import { settleBatch } from './settle.js';

export interface JournalDeps {
  readonly pool: JournalPool;
  readonly logger: Logger;
  readonly random: () => number;
  /** How long a publisher's `Nats-Msg-Id` is remembered. */
  readonly duplicateWindowMs: number;
  /** Under which deliveries are owned now. */
  instanceId(): string;
  /** Told of each batch that was committed. */
  onFlush(kind: 'accept' | 'settle', items: number, ms: number): void;
  /** Counts each statement that is waited out and repeated. */
  onRepeat(statement: string, verdict: PgVerdict): void;
  /** The tables are not ours, or not there: nothing will ever succeed. */
  onUnusable(problem: string): void;
}

/** The durable record of messages and the deliveries they owe. */
export interface Journal {
  /** Resolves after the commit. Waits out PostgreSQL's bad days; rejects when the statement can never succeed. */
  accept(acceptance: Acceptance): Promise<Accepted>;
  settle(attempt: SettledAttempt): Promise<void>;
  claim(room: ClaimRoom): Promise<Claim>;
  hold(delivery: OwnedDelivery): Promise<void>;
  cancel(delivery: OwnedDelivery): Promise<void>;
  giveBack(deliveries: readonly OwnedDelivery[]): Promise<void>;
  giveBackStrays(isHeld: (deliveryId: string) => boolean): Promise<number>;
  releaseHeld(limit: number): Promise<number>;
  /** Why commits do not succeed just now. */
  trouble(): string | undefined;
  /** Why single messages are not stored, while the others are. */
  aside(): readonly string[];
  /** Stops waiting out failures: what cannot be committed now rejects. */
  abandon(): void;
}

const MOST_MESSAGES = 2000;
const MOST_BYTES = 8 << 20;
const MOST_ATTEMPTS = 2000;
/** More than it has: so 10,000 deliveries fill a statement, whose parameters are then built in 10 ms. */
const DELIVERY_BYTES = 800;
const ATTEMPT_BYTES = 200;
/** On the way of a message: short. */
const ACCEPT_LINGER = { lingerMs: (lastSize: number) => (lastSize < 32 ? 2 : 4), busyFrom: 2, enough: 512 };
/** Nobody waits for it; a crash in it costs duplicates. */
const SETTLE_LINGER = { lingerMs: () => 50, busyFrom: 2, enough: 256 };

export function makeJournal(deps: JournalDeps): Journal {
  const { pool, logger, instanceId, duplicateWindowMs } = deps;
  const abandoned = new AbortController();
  // Each statement that is waited out listens to it.
  setMaxListeners(0, abandoned.signal);
  const troubles = new Map<string, string>();
  const onTrouble = (statement: string, problem: string | undefined) => {
    if (problem === undefined) troubles.delete(statement);
    else troubles.set(statement, problem);
  };
  const patience = { logger, random: deps.random, onRepeat: deps.onRepeat };
  const persevere = makePersevere({ ...patience, onTrouble }, abandoned.signal);
  /** One message that is tried beside the others is no trouble of all of them. */
  const persevereAside = makePersevere({ ...patience, onTrouble: () => undefined }, abandoned.signal);

  const timed = async <T>(kind: 'accept' | 'settle', items: number, work: () => Promise<T>): Promise<T> => {
    const from = performance.now();
    try {
      const result = await work();
      deps.onFlush(kind, items, performance.now() - from);
      return result;
    } catch (error) {
      if (isNotOurSchema(error)) deps.onUnusable(messageOf(error));
      throw error;
    }
  };

  const putAside = async ({ message }: Acceptance, cause: unknown): Promise<Accepted> => {
    const error = messageOf(cause);
    const fields = { message_id: message.id, subject: message.subject, error };
    try {
      await quarantine({ pool, persevere }, message, error);
      logger.error('message.quarantined', fields);
    } catch (because) {
      // Its neighbours are not to suffer from it; it is counted as refused all the same.
      if (judgePgError(because) !== 'data') throw because;
      logger.error('message.not_quarantined', { ...fields, because: messageOf(because) });
    }
    return { isNew: false, owner: '', owned: new Set(), refused: error };
  };
  const acceptBy = (by: Persevere, batch: readonly Acceptance[], maxTries?: number) => {
    const accept = (part: readonly Acceptance[]) =>
      timed('accept', part.length, () => {
        const limited = maxTries === undefined ? {} : { maxTries };
        return acceptBatch({ pool, persevere: by, instanceId, duplicateWindowMs, ...limited }, part);
      });
    return bisect(batch, accept, putAside);
  };
  const isolate = makeIsolate<Acceptance, Accepted>({
    run: (part, maxTries) => acceptBy(persevere, part, maxTries),
    async runAside(acceptance) {
      const [accepted] = await acceptBy(persevereAside, [acceptance]);
      return accepted as Accepted;
    },
  });
  const accepting: Batcher<Acceptance, Accepted> = makeBatcher({
    flush: isolate.run,
    sizeOf: ({ message, deliveries }) => weightOf(message) + DELIVERY_BYTES * deliveries.length,
    maxItems: MOST_MESSAGES,
    maxBytes: MOST_BYTES,
    parallel: 1,
    ...ACCEPT_LINGER,
  });

  const strip = async (attempt: SettledAttempt, error: unknown): Promise<void> => {
    logger.error('attempt.stripped', { delivery_id: attempt.delivery.id, error: messageOf(error) });
    const bare = { ...attempt, responseBody: undefined, error: 'the answer could not be stored' };
    await settleBatch({ pool, persevere }, [bare]);
  };
  const settling: Batcher<SettledAttempt, void> = makeBatcher({
    flush: (batch) => {
      const settle = async (part: readonly SettledAttempt[]) => {
        await timed('settle', part.length, () => settleBatch({ pool, persevere }, part));
        return part.map(() => undefined);
      };
      return bisect(batch, settle, strip);
    },
    sizeOf: ({ responseBody }) => ATTEMPT_BYTES + (responseBody?.length ?? 0),
    maxItems: MOST_ATTEMPTS,
    maxBytes: MOST_BYTES,
    parallel: 1,
    ...SETTLE_LINGER,
  });

  /** Rare, and then thousands at once: a webhook that was switched off had a full lane. */
  const aside = (run: (pool: JournalPool, deliveries: readonly OwnedDelivery[]) => Promise<void>) =>
    makeBatcher<OwnedDelivery, void>({
      flush: async (batch) => {
        await run(pool, batch);
        return batch.map(() => undefined);
      },
      sizeOf: () => DELIVERY_BYTES,
      maxItems: MOST_ATTEMPTS,
      maxBytes: MOST_BYTES,
      parallel: 1,
      ...SETTLE_LINGER,
    });

  return {
    accept: accepting.add,
    settle: settling.add,
    claim: (room) => claim(pool, instanceId(), room),
    hold: aside(hold).add,
    cancel: aside(cancel).add,
    giveBack: (deliveries) => giveBack(pool, deliveries),
    giveBackStrays: (isHeld) => giveBackStrays(pool, instanceId(), isHeld),
    releaseHeld: (limit) => releaseHeld(pool, limit),
    trouble: () => [...troubles].map(([statement, problem]) => `${statement}: ${problem}`)[0],
    aside: isolate.aside,
    abandon: () => abandoned.abort(),
  };
}
