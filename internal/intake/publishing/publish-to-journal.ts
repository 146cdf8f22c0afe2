import { isSamePublication, type Publication, type PublishOutcome } from '../../domain/message/publication.js';
import type { Receipt } from '../../domain/message/receipt.js';
import type { Remembered } from '../../store/journal/accept/find-remembered.js';
import { isDatabaseAway } from '../../store/postgres/database-away.js';
import type { Incoming } from '../incoming.js';
import { type Publisher, withinPatience } from './publisher.js';

export interface JournalPublisherDeps {
  accept(incoming: Incoming): Promise<Receipt>;
  /** The message that was accepted under the id of this one. */
  findRemembered(publication: Publication): Promise<Remembered | undefined>;
  /** The reason why commits do not succeed at the moment. */
  journalTrouble(): string | undefined;
  /** Asks PostgreSQL whether it accepts writes. */
  databaseTrouble(): Promise<unknown>;
  isStopping(): boolean;
  /** Monotonic milliseconds. */
  now(): number;
}

/** For this time after a commit, PostgreSQL is not asked whether it is there: a busy service never asks. */
const FRESH_MS = 1000;

const STOPPING: PublishOutcome = { outcome: 'stopping' };
const AWAY: PublishOutcome = { outcome: 'away', server: 'PostgreSQL' };
const UNCONFIRMED: PublishOutcome = { outcome: 'unconfirmed', server: 'PostgreSQL' };

/**
 * Publishes straight into the journal, without NATS. While PostgreSQL is away nothing is accepted, because the acceptor
 * would keep the message and store it later, after its publisher had got a refusal.
 */
export function makeJournalPublisher(deps: JournalPublisherDeps): Publisher {
  let committedAt = Number.NEGATIVE_INFINITY;

  const recall = async (publication: Publication): Promise<PublishOutcome> => {
    const first = await deps.findRemembered(publication);
    // The window of the id has just ended: the same request succeeds now.
    if (!first) return AWAY;
    const { messageId, stored } = first;
    if (stored && !isSamePublication(stored, publication)) return { outcome: 'conflicting' };
    return { outcome: 'known', messageId, webhooks: stored?.webhooks };
  };

  return {
    async trouble() {
      if (deps.isStopping()) return STOPPING;
      if (deps.journalTrouble() !== undefined) return AWAY;
      if (deps.now() - committedAt < FRESH_MS) return undefined;
      if ((await deps.databaseTrouble()) !== undefined) return AWAY;
      committedAt = deps.now();
      return undefined;
    },
    async publish(publication) {
      const receipt = await withinPatience(deps.accept({ ...publication, isAwaited: true, isAnswered: true }));
      if (!receipt) return UNCONFIRMED;
      if (receipt.outcome === 'stored' || receipt.outcome === 'duplicate') committedAt = deps.now();
      if (receipt.outcome !== 'duplicate') return receipt;
      return recall(publication).catch((error: unknown) => {
        if (isDatabaseAway(error)) return AWAY;
        throw error;
      });
    },
  };
}
