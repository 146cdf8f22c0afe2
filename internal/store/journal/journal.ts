import { setMaxListeners } from 'node:events';
import type { SettledAttempt } from '../../domain/delivery/attempt.js';
import type { Claim, ClaimRoom } from '../../domain/delivery/claim.js';
import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import type { Message } from '../../domain/message/message.js';
import type { SchemaText, Violation } from '../../domain/schema/event-schema.js';
import { messageOf } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { isNotOurSchema, type PgVerdict } from '../postgres/pg-error.js';
import { loadSchemaText } from '../schemas/load-schema.js';
import type { Accepted } from './accept/accept.js';
import type { Acceptance } from './accept/accept-statement.js';
import { makeAccepting } from './accept/accepting.js';
import { quarantine } from './accept/quarantine.js';
import { DELIVERY_BYTES, SETTLE_BATCHES } from './batch-sizes.js';
import { makeBatcher } from './batcher.js';
import { cancel } from './claim/cancel.js';
import { claim } from './claim/claim.js';
import { park, unclaim, unclaimStrays, unpark } from './claim/park.js';
import { type Placed, place } from './claim/place.js';
import type { JournalPool } from './journal-pool.js';
import { makePersevere } from './persevere.js';
import { makeSettling } from './settling.js';

export interface JournalEvents {
  /** Called when a batch was committed. */
  onFlush(kind: 'accept' | 'settle', items: number, ms: number): void;
  /** Called when a statement failed and is repeated. */
  onRepeat(statement: string, verdict: PgVerdict): void;
  /** Called when the tables are missing or not those of this program, so that no statement can succeed. */
  onUnusable(problem: string): void;
}

export interface JournalDeps {
  readonly pool: JournalPool;
  readonly logger: Logger;
  readonly random: () => number;
  /** Time for which a publisher's `Nats-Msg-Id` is remembered. */
  readonly duplicateWindowMs: number;
  /** The id under which deliveries are owned now. */
  instanceId(): string;
  readonly events: JournalEvents;
}

/** The durable record of messages and the deliveries that they owe. */
export interface Journal {
  /**
   * Resolves after the commit. Retries until PostgreSQL is available again; rejects when the statement can never
   * succeed.
   */
  accept(acceptance: Acceptance): Promise<Accepted>;
  /** Keeps a message that must not become deliveries, with the reason. Resolves after the commit. */
  setAside(message: Message, reason: string): Promise<void>;
  /** Resolves when the message is committed to quarantine, with the schema that it breaks. Retries like `accept`. */
  quarantine(message: Message, violation: Violation): Promise<void>;
  /** The text of a schema; undefined if it was deleted. Retries like `accept`. */
  loadSchema(id: number): Promise<SchemaText | undefined>;
  settle(attempt: SettledAttempt): Promise<void>;
  claim(room: ClaimRoom): Promise<Claim>;
  park(delivery: OwnedDelivery): Promise<void>;
  cancel(delivery: OwnedDelivery): Promise<void>;
  place(placed: readonly Placed[]): Promise<void>;
  unclaim(deliveries: readonly OwnedDelivery[]): Promise<void>;
  unclaimStrays(isResident: (deliveryId: string) => boolean): Promise<number>;
  unpark(limit: number): Promise<number>;
  /** The reason why commits do not succeed at the moment. */
  trouble(): string | undefined;
  /** The reasons why single messages are not stored, while the others are. */
  unstoredMessages(): readonly string[];
  /** The reasons why single attempts are not stored, while the others are. */
  unstoredAttempts(): readonly string[];
  /** Stops the retries: a statement that cannot be committed now rejects. */
  abandon(): void;
}

export function makeJournal(deps: JournalDeps): Journal {
  const { pool, logger, instanceId, duplicateWindowMs } = deps;
  const abandoned = new AbortController();
  // Each statement that is being retried listens to the signal.
  setMaxListeners(0, abandoned.signal);
  const troubles = new Map<string, string>();
  const onTrouble = (statement: string, problem: string | undefined) => {
    if (problem === undefined) troubles.delete(statement);
    else troubles.set(statement, problem);
  };
  const patience = { logger, random: deps.random, onRepeat: deps.events.onRepeat };
  const persevere = makePersevere({ ...patience, onTrouble }, abandoned.signal);
  /** A row that is tried beside the batches does not count as the journal's trouble. */
  const persevereBeside = makePersevere({ ...patience, onTrouble: () => undefined }, abandoned.signal);

  const timed = async <T>(kind: 'accept' | 'settle', items: number, work: () => Promise<T>): Promise<T> => {
    const from = performance.now();
    try {
      const result = await work();
      deps.events.onFlush(kind, items, performance.now() - from);
      return result;
    } catch (error) {
      if (isNotOurSchema(error)) deps.events.onUnusable(messageOf(error));
      throw error;
    }
  };

  const { signal } = abandoned;
  const room = { pool, logger, persevere, persevereBeside, signal, timed };
  const accepting = makeAccepting({ ...room, instanceId, duplicateWindowMs });
  const settling = makeSettling(room);

  /** These calls are rare, and then come by the thousand: a webhook that was disabled had a full lane. */
  const batched = (run: (pool: JournalPool, deliveries: readonly OwnedDelivery[]) => Promise<void>) =>
    makeBatcher<OwnedDelivery, void>({
      flush: async (batch) => {
        await run(pool, batch);
        return batch.map(() => undefined);
      },
      sizeOf: () => DELIVERY_BYTES,
      ...SETTLE_BATCHES,
    });

  return {
    accept: accepting.add,
    setAside: (message, reason) => quarantine({ pool, persevere: persevereBeside }, message, { error: reason }),
    quarantine: (message, violation) => quarantine({ pool, persevere }, message, { violation }),
    loadSchema: (id) => persevere({ name: 'load_schema', run: () => loadSchemaText(pool, id) }),
    settle: settling.add,
    claim: (room) => claim(pool, instanceId(), room),
    park: batched(park).add,
    cancel: batched(cancel).add,
    place: (placed) => place(pool, placed),
    unclaim: (deliveries) => unclaim(pool, deliveries),
    unclaimStrays: (isResident) => unclaimStrays(pool, instanceId(), isResident),
    unpark: (limit) => unpark(pool, limit),
    trouble: () =>
      [...troubles, ...named('accept', accepting.trouble()), ...named('settle', settling.trouble())].map(
        ([statement, problem]) => `${statement}: ${problem}`,
      )[0],
    unstoredMessages: accepting.suspects,
    unstoredAttempts: settling.suspects,
    abandon: () => abandoned.abort(),
  };
}

const named = (statement: string, problem: string | undefined): readonly (readonly [string, string])[] =>
  problem === undefined ? [] : [[statement, problem]];
