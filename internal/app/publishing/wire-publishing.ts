import type { Publishing } from '../../api/messages/publishing.js';
import { MessageHead } from '../../domain/matching/message-view.js';
import { makeIsReserved } from '../../domain/matching/reserved.js';
import { makeJournalPublisher } from '../../intake/publishing/publish-to-journal.js';
import { makeNatsPublisher } from '../../intake/publishing/publish-to-nats.js';
import type { Publisher } from '../../intake/publishing/publisher.js';
import { findRemembered } from '../../store/journal/accept/find-remembered.js';
import type { Base } from '../base.js';
import type { Core } from '../construct.js';

/** Publishing to the journal does not need NATS, and publishing to NATS does not need PostgreSQL. */
const TO_JOURNAL: ReadonlySet<string> = new Set(['app', 'database', 'journal', 'instance']);
const TO_NATS: ReadonlySet<string> = new Set(['app', 'nats']);

interface PublishingState {
  databaseTrouble(): Promise<unknown>;
  isStopping(): boolean;
}

/** Constructs the way of messages that are published over HTTP. */
export function wirePublishing({ config, clock }: Base, core: Core, state: PublishingState): Publishing {
  const { journal, registry, metrics, store, spaceLimits } = core;
  const { acceptor, intake } = core.inbound;
  const { publish, inboxes, maxBytes, source } = config.intake;

  const toJournal = (): Publisher =>
    makeJournalPublisher({
      ...state,
      accept: acceptor.accept,
      findRemembered: ({ subject, headers }) => findRemembered(store.pool, subject, headers),
      journalTrouble: journal.trouble,
      now: clock.monotonic,
    });

  const isKnown = (subject: string) => registry.catalog.eventsOf(subject).length > 0;
  const toNats = (): Publisher =>
    makeNatsPublisher({
      ...state,
      connection: intake.connection,
      isAcknowledged: source === 'jetstream' && config.stream.acknowledge !== 'off',
      isReserved: makeIsReserved(inboxes),
      overLimit({ subject, headers, payload }) {
        if (!spaceLimits.toNats.isOn) return undefined;
        return spaceLimits.toNats.admit(new MessageHead(subject, headers, clock.now()), payload.length);
      },
      async isCovered(subject) {
        // The event may have been registered a moment ago through another instance.
        if (!isKnown(subject)) await registry.catalogSync.catchUp();
        return isKnown(subject);
      },
    });

  return {
    ...(publish.over === 'nats' ? toNats() : toJournal()),
    isOn: publish.over !== 'off',
    dependencies: publish.over === 'nats' ? TO_NATS : TO_JOURNAL,
    maxBytes: publish.maxBytes,
    maxBodyBytes: maxBytes,
    onAnswer: metrics.onPublished,
  };
}
