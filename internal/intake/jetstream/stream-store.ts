import type { Message } from '../../domain/message/message.js';
import type { StoredFor } from '../would-store.js';
import type { PositionStore } from './positions/positions.js';

/** The part of the database that reading streams needs. */
export interface StreamStore {
  /** The storage of the consumers' positions. */
  readonly positions: PositionStore;
  /**
   * Runs the work on one instance at a time: two instances that change the stream at once would undo each other's
   * subjects.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** The event and the webhooks for which the journal would store an arriving message. */
  wouldStore(message: Pick<Message, 'subject' | 'headers' | 'receivedAt'>): StoredFor | undefined;
}
