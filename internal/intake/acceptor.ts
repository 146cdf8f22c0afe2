import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CorrectedClock } from '../corrected-clock.js';
import { type OverLimit, overLimitText } from '../domain/limits/message-limits.js';
import type { Catalog, CatalogWebhook, GatedEvent } from '../domain/matching/catalog.js';
import { MessageView } from '../domain/matching/message-view.js';
import { envelope } from '../domain/message/envelope.js';
import { type Message, weightOf } from '../domain/message/message.js';
import type { Receipt } from '../domain/message/receipt.js';
import type { Violation } from '../domain/schema/event-schema.js';
import { NO_VIOLATION, type Verdict } from '../domain/schema/verdict.js';
import { messageOf } from '../errors.js';
import type { Incoming } from './incoming.js';
import type { SpaceLimits } from './limits/space-limits.js';
import { type Matched, match } from './match.js';
import {
  type Accepted,
  DELIVERY_OVERHEAD,
  makeStoreMessage,
  type NewDelivery,
  type StoreMessageDeps,
} from './store-message.js';

/** The check of messages by the schemas of their events. */
export interface SchemaGate {
  judge(events: readonly GatedEvent[], message: Pick<Message, 'headers' | 'payload'>): Promise<Verdict>;
  /** Resolves when the message is committed to quarantine. Retries until PostgreSQL is available again. */
  quarantine(message: Message, violation: Violation): Promise<void>;
}

export interface AcceptorDeps extends StoreMessageDeps {
  readonly gate: SchemaGate;
  readonly catalog: Catalog;
  readonly bars: MessageBars;
  /** Resolves when the catalog is as new as the call. */
  catchUp(): Promise<void>;
  /** Informs dispatch that a delivery of this ordering key may be the next one. */
  advance(webhookId: number, orderKey: string): void;
  /** A UUID for that time. */
  makeId(ms: number): string;
  readonly clock: Pick<CorrectedClock, 'now' | 'check'>;
  readonly settings: { readonly maxMessages: number; readonly maxBytes: number; readonly storeUnmatched: boolean };
}

/** The rules that keep a message out, or delay it. */
export interface MessageBars {
  /** Whether a subject belongs to the NATS server, to a reply or to our own delivery events. */
  isReserved(subject: string): boolean;
  /** The limits of the spaces that messages name. */
  readonly limits: Pick<SpaceLimits, 'isOn' | 'admit' | 'pace'>;
  /** Keeps a message of a stream that exceeds a limit for good apart from the others. Resolves after the commit. */
  setAside(message: Message, problem: string): Promise<void>;
}

export interface AcceptorStats {
  readonly received: number;
  readonly accepted: number;
  readonly deliveries: number;
  /** Number of messages that were lost because there was no room for them. */
  readonly dropped: number;
  /** Number of messages that were returned to their stream for the same reason. They are redelivered. */
  readonly delayed: number;
  readonly refused: number;
  readonly unregistered: number;
  readonly badRouting: number;
  /** Number of messages that no webhook got, although webhooks of their event have filters. */
  readonly filtered: number;
  /** Number of messages whose payload is larger than filters look into. */
  readonly filterOversize: number;
  /** Number of messages that webhooks of strict spaces did not get, because the messages name no space. */
  readonly withheld: number;
  /**
   * Number of messages that were left out because their subject never triggers a webhook, whatever wildcard covers it.
   */
  readonly reserved: number;
  /** Number of messages that the journal had already. */
  readonly duplicates: number;
  /** Number of messages that break a schema, by their outcome. */
  readonly schemaWarned: number;
  readonly schemaRejected: number;
  readonly schemaQuarantined: number;
  /** Number of accepted messages that are not committed yet. */
  readonly waiting: number;
  readonly waitingBytes: number;
  /** The last message of each kind in words, for the one log line per second that reports many of them. */
  readonly latest: { readonly [Kind in 'badRouting' | 'refused' | 'reserved' | 'withheld']?: string };
}

export interface Acceptor {
  /** Stores a message with its deliveries. Never throws and never rejects. */
  accept(incoming: Incoming): Promise<Receipt>;
  stats(): AcceptorStats;
  /** Resolves when everything accepted so far has its receipt, and the code that waited for a receipt has run. */
  idle(): Promise<void>;
}

/** A message on its way into the journal. */
interface PendingMessage {
  readonly incoming: Incoming;
  readonly view: MessageView;
  readonly matched: Matched | undefined;
  readonly size: number;
  readonly receivedAt: number;
  /** The limit of its space that a message of a stream exceeds. */
  readonly over?: OverLimit | undefined;
}

/** Maximum number of matches of a message while the catalog changes. After that, the last match is stored. */
const MAX_MATCHES = 8;

const RESERVED: Promise<Receipt> = Promise.resolve({ outcome: 'reserved' });
const OVERLOADED: Promise<Receipt> = Promise.resolve({ outcome: 'overloaded' });

/**
 * The time until which a message is delayed: by its publisher, or by the rate of its space. The rate does not delay a
 * message for an ordered webhook, because delayed deliveries may leave their order.
 */
function delayedUntil(
  webhooks: readonly CatalogWebhook[],
  asked: number | undefined,
  notBefore: number | undefined,
): number | undefined {
  if (notBefore === undefined || webhooks.some(({ settings }) => settings.ordering)) return asked;
  return Math.max(asked ?? 0, notBefore);
}

/** Matches messages and passes them to the journal. A message has its receipt, and is sent, only after the commit. */
export function makeAcceptor(deps: AcceptorDeps): Acceptor {
  const { catalog, clock, settings } = deps;
  const { limits } = deps.bars;
  const count = {
    received: 0,
    accepted: 0,
    deliveries: 0,
    dropped: 0,
    delayed: 0,
    refused: 0,
    unregistered: 0,
    badRouting: 0,
    filtered: 0,
    filterOversize: 0,
    withheld: 0,
    reserved: 0,
    duplicates: 0,
    schemaWarned: 0,
    schemaRejected: 0,
    schemaQuarantined: 0,
  };
  const latest: { -readonly [Kind in keyof AcceptorStats['latest']]: AcceptorStats['latest'][Kind] } = {};
  let waiting = 0;
  let waitingBytes = 0;
  const idleWaiters: (() => void)[] = [];
  const storeMessage = makeStoreMessage(deps);

  const accept = (incoming: Incoming): Promise<Receipt> => {
    count.received++;
    if (deps.bars.isReserved(incoming.subject)) {
      count.reserved++;
      latest.reserved = incoming.subject;
      return RESERVED;
    }
    const { view, receivedAt } = viewOf(incoming);
    const matched = match(catalog, view);
    // The event of the message may have been registered a moment ago through another instance, while the stream, or a
    // candidate subject of this instance, brought the message. Therefore the catalog catches up before a message is
    // left out.
    const size = weightOf(incoming) + (matched?.webhooks.length ?? 0) * DELIVERY_OVERHEAD;
    // A single message is always accepted: a message that never fits would be redelivered by its stream for ever.
    if (waiting >= settings.maxMessages || (waiting > 0 && waitingBytes + size > settings.maxBytes)) {
      if (incoming.identity) count.delayed++;
      else if (!incoming.isAwaited) count.dropped++;
      return OVERLOADED;
    }
    const over = limits.isOn && matched ? overLimit(incoming, view) : undefined;
    if (over && !incoming.identity) return Promise.resolve({ outcome: 'limited', over });
    return acceptPending({ incoming, view, matched, size, receivedAt, over });
  };

  /**
   * A publisher can repeat a message that is refused. A message of a stream has been promised to its publisher, so that
   * it is delayed or set aside.
   */
  const overLimit = ({ identity, payload }: Incoming, view: MessageView) =>
    identity ? limits.pace(view, payload.length) : limits.admit(view, payload.length);

  /**
   * The clock is read again for a message that may be delayed: if the clock of the machine was just set, the message
   * would otherwise be delivered at another time.
   */
  const viewOf = ({ subject, headers, payload, identity }: Incoming) => {
    const makeView = (receivedAt: number) => ({
      view: new MessageView(subject, headers, payload, receivedAt),
      receivedAt,
    });
    const first = makeView(identity?.receivedAt ?? clock.now());
    const { routing } = first.view;
    if (routing.ok && routing.value.dueAt === undefined) return first;
    clock.check();
    return identity ? first : makeView(clock.now());
  };

  const fail = ({ subject }: Incoming, error: unknown): Receipt => {
    count.refused++;
    latest.refused = `${subject}: ${messageOf(error)}`;
    return { outcome: 'failed' };
  };

  const acceptPending = async (pending: PendingMessage): Promise<Receipt> => {
    const { incoming, size } = pending;
    waiting++;
    waitingBytes += size;
    try {
      return await store(pending);
    } catch (error) {
      return fail(incoming, error);
    } finally {
      waiting--;
      waitingBytes -= size;
      if (waiting === 0) for (const resolve of idleWaiters.splice(0)) resolve();
    }
  };

  /** Matches again as long as the catalog changes meanwhile, or does not have the event yet. */
  const store = async ({ incoming, view, matched: first, receivedAt, over }: PendingMessage): Promise<Receipt> => {
    const message = toMessage(incoming, receivedAt, view.isJson);
    if (over && over.waitMs === undefined) return setAside(message, overLimitText(over));
    if (view.isTooLargeForFilters) count.filterOversize++;
    view.moveTo(message.payload);
    const isOfStream = incoming.identity !== undefined && !incoming.wasQuarantined;
    const asked = delayOf(view);
    const notBefore = over?.waitMs === undefined ? undefined : clock.now() + over.waitMs;
    const isAwaited = incoming.isAwaited === true;
    let matched = first;
    for (let tries = 1; ; tries++) {
      if (!matched || tries > 1) {
        await deps.catchUp();
        matched = match(catalog, view);
      }
      if (!matched) return leaveOut(matched, view);
      const gates = catalog.gatesOf(view.subject);
      const verdict = gates.length > 0 ? await deps.gate.judge(gates, message) : NO_VIOLATION;
      if (verdict.kind === 'reject' || verdict.kind === 'quarantine') {
        // The schema may have been mended a moment ago through another instance.
        if (tries === 1) await deps.catchUp();
        if (catalog.stamp !== matched.stamp && tries < MAX_MATCHES) continue;
        const isTold = verdict.kind === 'reject' && incoming.isAnswered === true;
        return isTold ? reject(verdict.violation) : quarantine(message, verdict.violation);
      }
      if (isUnwanted(matched)) return leaveOut(matched, view);
      const { webhooks, stamp } = matched;
      const dueAt = delayedUntil(webhooks, asked, notBefore);
      const catalogStamp = tries < MAX_MATCHES ? stamp : undefined;
      const toStore = { message, view, webhooks, catalogStamp, isOfStream, isAwaited, dueAt };
      const stored = await storeMessage(toStore);
      if (stored.accepted.stale) continue;
      const { accepted, deliveries } = stored;
      const isOrderedByStream = isOfStream && deliveries.some(({ isNumberedLater }) => isNumberedLater);
      if (!isOfStream && accepted.isNew) advanceKeys(deliveries);
      if (accepted.isNew) noteUnreached(matched, view);
      if (accepted.isNew && verdict.kind === 'warn') count.schemaWarned++;
      return report(message, matched, accepted, isOrderedByStream);
    }
  };

  const setAside = async (message: Message, problem: string): Promise<Receipt> => {
    await deps.bars.setAside(message, problem);
    return { outcome: 'refused', problem };
  };

  /** A message from a stream has its turn later, when the stream knows that the message is committed. */
  const advanceKeys = (deliveries: readonly NewDelivery[]) => {
    for (const { webhookId, orderKey } of deliveries) if (orderKey) deps.advance(webhookId, orderKey);
  };

  const isUnwanted = (matched: Matched) => matched.webhooks.length === 0 && !settings.storeUnmatched;

  /** Counts a message that filters, or strict spaces, keep from webhooks of its events. */
  const noteUnreached = (matched: Matched | undefined, view: MessageView) => {
    if (matched?.webhooks.length === 0 && !matched.problem && catalog.hasFilters(view.subject)) count.filtered++;
    if (!catalog.isWithheld(view)) return;
    count.withheld++;
    latest.withheld = view.subject;
  };

  const reject = (violation: Violation): Receipt => {
    count.schemaRejected++;
    return { outcome: 'invalid', violation };
  };

  const quarantine = async (message: Message, violation: Violation): Promise<Receipt> => {
    await deps.gate.quarantine(message, violation);
    count.schemaQuarantined++;
    return { outcome: 'quarantined', messageId: message.id, violation };
  };

  const leaveOut = (matched: Matched | undefined, view: MessageView): Receipt => {
    noteUnreached(matched, view);
    if (matched) return { outcome: 'unwanted', problem: matched.problem };
    count.unregistered++;
    return { outcome: 'unregistered' };
  };

  /** The time until which the message is delayed. A time that is over delays nothing. */
  const delayOf = ({ routing }: MessageView): number | undefined => {
    const dueAt = routing.ok ? routing.value.dueAt : undefined;
    return dueAt !== undefined && dueAt > clock.now() ? dueAt : undefined;
  };

  const toMessage = (incoming: Incoming, receivedAt: number, foundJson: boolean | undefined): Message => {
    const { subject, headers, payload, identity, isJson = foundJson } = incoming;
    const id = identity?.id ?? deps.makeId(receivedAt);
    const made = envelope(subject, receivedAt, payload, isJson);
    return { id, receivedAt, subject, headers, payload: made.payload, body: made.body };
  };

  const report = (
    { id, subject }: Message,
    { problem, webhooks }: Matched,
    { refused, isNew }: Accepted,
    isOrderedByStream: boolean,
  ): Receipt => {
    if (problem) {
      count.badRouting++;
      latest.badRouting = `${subject}: ${problem}`;
    }
    if (refused !== undefined) {
      count.refused++;
      return { outcome: 'refused', problem: refused };
    }
    if (!isNew) {
      count.duplicates++;
      return { outcome: 'duplicate', isOrderedByStream };
    }
    count.accepted++;
    count.deliveries += webhooks.length;
    return { outcome: 'stored', messageId: id, webhooks: webhooks.length, problem, isOrderedByStream };
  };

  return {
    accept(incoming) {
      try {
        return accept(incoming);
      } catch (error) {
        return Promise.resolve(fail(incoming, error));
      }
    },
    stats: () => ({ ...count, waiting, waitingBytes, latest }),
    async idle() {
      if (waiting > 0) await new Promise<void>((resolve) => idleWaiters.push(resolve));
      // Code that waits for a receipt runs before the next turn, so that an acknowledgement is sent before its
      // connection closes.
      await nextTurn();
    },
  };
}
