import type { SettledAttempt } from '../../domain/attempt.js';
import type { OwnedDelivery } from '../../domain/delivery.js';
import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { type Acceptance, type Accepted, acceptBatch } from './accept.js';
import { type Batcher, makeBatcher } from './batcher.js';
import { bisect } from './bisect.js';
import { cancel } from './cancel.js';
import { type Claim, claim, type Room } from './claim.js';
import { giveBack, giveBackStrays, hold, releaseHeld } from './hold.js';
import type { JournalPool } from './journal-pool.js';
import { makePersevere } from './persevere.js';
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
}

/** The durable record of messages and the deliveries they owe. */
export interface Journal {
  /** Resolves after the commit. Waits out PostgreSQL's bad days; rejects when the statement can never succeed. */
  accept(acceptance: Acceptance): Promise<Accepted>;
  settle(attempt: SettledAttempt): Promise<void>;
  claim(room: Room): Promise<Claim>;
  hold(deliveries: readonly OwnedDelivery[]): Promise<void>;
  cancel(deliveries: readonly OwnedDelivery[]): Promise<void>;
  giveBack(deliveries: readonly OwnedDelivery[]): Promise<void>;
  giveBackStrays(known: readonly string[]): Promise<number>;
  releaseHeld(limit: number): Promise<number>;
  /** Why commits do not succeed just now. */
  trouble(): string | undefined;
  /** Acceptances and attempts whose commit is outstanding. */
  pending(): { readonly accepting: number; readonly settling: number };
  /** Stops waiting out failures: what cannot be committed now rejects. */
  abandon(): void;
}

const MOST_MESSAGES = 2000;
const MOST_BYTES = 8 << 20;
const MOST_ATTEMPTS = 2000;
/** On the way of a message: short. */
const ACCEPT_LINGER = { lingerMs: 3, busyFrom: 8 };
/** Nobody waits for it; a crash in it costs duplicates. */
const SETTLE_LINGER = { lingerMs: 15, busyFrom: 2 };

export function makeJournal(deps: JournalDeps): Journal {
  const { pool, logger } = deps;
  const abandoned = new AbortController();
  let trouble: string | undefined;
  const persevere = makePersevere(
    {
      logger,
      random: deps.random,
      onTrouble: (problem) => {
        trouble = problem;
      },
    },
    abandoned.signal,
  );
  const timed = async <T>(kind: 'accept' | 'settle', items: number, work: () => Promise<T>): Promise<T> => {
    const from = performance.now();
    const result = await work();
    deps.onFlush(kind, items, performance.now() - from);
    return result;
  };

  const accepting: Batcher<Acceptance, Accepted> = makeBatcher({
    flush: (batch) =>
      bisect(
        batch,
        (part) =>
          timed('accept', part.length, () =>
            acceptBatch(
              { pool, persevere, instanceId: deps.instanceId, duplicateWindowMs: deps.duplicateWindowMs },
              part,
            ),
          ),
        async ({ message }, error) => {
          await quarantine(pool, message, messageOf(error));
          logger.error('message.quarantined', {
            message_id: message.id,
            subject: message.subject,
            error: messageOf(error),
          });
          return { isNew: false, owner: '', owned: new Set(), refused: messageOf(error) };
        },
      ),
    sizeOf: ({ message, deliveries }) => message.payload.length + 100 * deliveries.length,
    maxItems: MOST_MESSAGES,
    maxBytes: MOST_BYTES,
    parallel: 1,
    ...ACCEPT_LINGER,
  });

  const settling: Batcher<SettledAttempt, void> = makeBatcher({
    flush: (batch) =>
      bisect(
        batch,
        async (part) => {
          await timed('settle', part.length, () => settleBatch({ pool, persevere }, part));
          return part.map(() => undefined);
        },
        async (attempt, error) => {
          logger.error('attempt.stripped', { delivery_id: attempt.delivery.id, error: messageOf(error) });
          await settleBatch({ pool, persevere }, [
            { ...attempt, responseBody: undefined, error: 'the answer could not be stored' },
          ]);
        },
      ),
    sizeOf: ({ responseBody }) => 200 + (responseBody?.length ?? 0),
    maxItems: MOST_ATTEMPTS,
    maxBytes: MOST_BYTES,
    parallel: 1,
    ...SETTLE_LINGER,
  });

  return {
    accept: accepting.add,
    settle: settling.add,
    claim: (room) => claim(pool, deps.instanceId(), room),
    hold: (deliveries) => hold(pool, deliveries),
    cancel: (deliveries) => cancel(pool, deliveries),
    giveBack: (deliveries) => giveBack(pool, deliveries),
    giveBackStrays: (known) => giveBackStrays(pool, deps.instanceId(), known),
    releaseHeld: (limit) => releaseHeld(pool, limit),
    trouble: () => trouble,
    pending: () => ({ accepting: accepting.pending(), settling: settling.pending() }),
    abandon: () => abandoned.abort(),
  };
}
