import { makeIsReserved } from '../../domain/matching/reserved.js';
import type { StreamStore } from '../../intake/jetstream/stream-store.js';
import { makeWouldStore } from '../../intake/would-store.js';
import { findAbsent } from '../../store/journal/accept/find-absent.js';
import { findNewestOfStream } from '../../store/journal/accept/find-newest-of-stream.js';
import {
  forgetPosition,
  listConsumers,
  loadPositions,
  recordSightings,
  supposePosition,
} from '../../store/journal/accept/stream-positions.js';
import { exclusively } from '../../store/journal/exclusively.js';
import type { JournalPool } from '../../store/journal/journal-pool.js';
import { loadChangedAt } from '../../store/webhooks/changed-at.js';
import type { Base } from '../base.js';
import type { Registry } from '../wire-catalog.js';

/** The part of the database that reading streams needs. Two stores with one topic exclude each other. */
export function makeStreamStore({ config }: Base, pool: JournalPool, registry: Registry) {
  const { inboxes, storeUnmatched } = config.intake;
  const wouldStore = makeWouldStore({ catalog: registry.catalog, isReserved: makeIsReserved(inboxes), storeUnmatched });
  return (topic: string): StreamStore => ({
    exclusively: (work) => exclusively(pool, topic, work),
    wouldStore,
    positions: {
      load: (consumers) => loadPositions(pool, consumers),
      record: (seen) => recordSightings(pool, seen),
      remembered: () => listConsumers(pool),
      forget: (consumer) => forgetPosition(pool, consumer),
      suppose: (position) => supposePosition(pool, position),
      findNewest: (mark) => findNewestOfStream(pool, mark),
      retentionMs: config.retention.messagesMs,
      findAbsent: (messages) => findAbsent(pool, messages, config.stream.duplicateWindowMs),
      loadChangedAt: (ids) => loadChangedAt(pool, ids),
    },
  });
}
