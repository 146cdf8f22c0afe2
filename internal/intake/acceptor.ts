import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../clock.js';
import type { Catalog, CatalogWebhook } from '../domain/catalog.js';
import type { OwnedDelivery } from '../domain/delivery.js';
import { envelope } from '../domain/envelope.js';
import { type Message, weightOf } from '../domain/message.js';
import { orderKeyOf, parsedOnce } from '../domain/order-key.js';
import { isResultSubject } from '../domain/result-subject.js';
import { parseRouting } from '../domain/routing.js';
import { uuidAt } from '../domain/uuid.js';
import { messageOf } from '../errors.js';
import type { Incoming } from './incoming.js';

interface NewDelivery {
  readonly id: string;
  readonly webhookId: number;
  readonly wanted: boolean;
  readonly held?: boolean;
  readonly orderKey?: string;
  readonly isNumberedLater?: boolean;
}

interface Acceptance {
  readonly message: Message;
  readonly deliveries: readonly NewDelivery[];
  readonly catalogVersion: number | undefined;
}

/** What a message fires by one version of the catalog. */
interface Matched {
  readonly version: number;
  readonly webhooks: readonly CatalogWebhook[];
  /** Why it fires nobody. */
  readonly problem?: string;
}

interface Accepted {
  readonly isNew: boolean;
  readonly owner: string;
  readonly owned: ReadonlySet<string>;
  readonly refused?: string;
  /** The catalog has changed since it was matched. */
  readonly stale?: true;
}

export interface AcceptorDeps {
  readonly catalog: Catalog;
  /** Resolves after the commit. */
  accept(acceptance: Acceptance): Promise<Accepted>;
  /** Resolves when the catalog is as new as the call. */
  catchUp(): Promise<void>;
  /** Dispatch's: keeps, gives up, and uses room for a delivery. */
  tryReserve(deliveryId: string, webhookId: number, bytes: number): boolean;
  release(deliveryId: string): void;
  enqueue(delivery: OwnedDelivery): void;
  /** Dispatch's: one of this key may be the next. */
  next(webhookId: number, orderKey: string): void;
  /** Dispatch's: ordered deliveries of this message of a stream were committed, and it was acknowledged. */
  committedInStream(stream: string, sequence: number): void;
  /** Dispatch's too: rows may bear our id that it does not know of. */
  suspectStrays(): void;
  randomUuid(): string;
  readonly clock: Clock;
  readonly limits: { readonly maxMessages: number; readonly maxBytes: number };
  readonly storeUnmatched: boolean;
}

export interface AcceptorStats {
  readonly received: number;
  readonly accepted: number;
  readonly deliveries: number;
  readonly dropped: number;
  readonly refused: number;
  readonly unregistered: number;
  readonly badRouting: number;
  /** Were in the journal already. */
  readonly duplicates: number;
  /** Taken in and not committed yet. */
  readonly waiting: number;
  readonly waitingBytes: number;
  /** The last of its kind, in words: for the one line a second that tells of many. */
  readonly latest: { readonly badRouting?: string; readonly refused?: string };
}

export interface Acceptor {
  /** Takes a message; never throws. */
  take(incoming: Incoming): void;
  stats(): AcceptorStats;
  /** Resolves when everything taken is committed, refused or dropped. */
  idle(): Promise<void>;
}

/** Bytes that a delivery takes in memory besides its body, about. */
const DELIVERY_OVERHEAD = 512;
/** Deliveries of one message that are made, or handed on, in one turn of the event loop: 3 ms. */
const DELIVERIES_A_TURN = 1000;
/** How often a message is matched while the catalog changes under it; then it is stored as it was matched last. */
const MOST_MATCHES = 8;
const EVERYBODY = { tags: [], spaceId: undefined };

/** Matches messages and hands them to the journal; answers and sends only after the commit. */
export function makeAcceptor(deps: AcceptorDeps): Acceptor {
  const { catalog, clock, limits } = deps;
  const count = {
    received: 0,
    accepted: 0,
    deliveries: 0,
    dropped: 0,
    refused: 0,
    unregistered: 0,
    badRouting: 0,
    duplicates: 0,
  };
  const latest: { badRouting?: string; refused?: string } = {};
  let waiting = 0;
  let waitingBytes = 0;
  const idleWaiters: (() => void)[] = [];

  const match = (incoming: Incoming): Matched | undefined => {
    const { version } = catalog;
    const routing = parseRouting(incoming.headers);
    const webhooks = catalog.match(incoming.subject, routing.ok ? routing.value : EVERYBODY);
    if (!webhooks) return undefined;
    return routing.ok ? { version, webhooks } : { version, webhooks: [], problem: routing.problem };
  };

  const take = (incoming: Incoming): void => {
    count.received++;
    if (isResultSubject(incoming.subject)) {
      leaveOut(incoming, undefined);
      return;
    }
    const matched = match(incoming);
    // A subject that we are subscribed to is registered; one of the stream may have been a moment ago, through another instance.
    if (!matched && !incoming.done) {
      leaveOut(incoming, undefined);
      return;
    }
    const size = weightOf(incoming) + (matched?.webhooks.length ?? 0) * DELIVERY_OVERHEAD;
    if (waiting >= limits.maxMessages || waitingBytes + size > limits.maxBytes) {
      count.dropped++;
      conclude(incoming, false, { error: 'hukz is overloaded and did not take this message' });
      return;
    }
    waiting++;
    waitingBytes += size;
    void keep(incoming, matched).finally(() => {
      waiting--;
      waitingBytes -= size;
      if (waiting === 0) for (const resolve of idleWaiters.splice(0)) resolve();
    });
  };

  /** Never rejects. */
  const keep = async (incoming: Incoming, first: Matched | undefined) => {
    const reserved: string[] = [];
    try {
      const message = toMessage(incoming);
      const parsed = parsedOnce(message);
      let matched = first;
      for (let tries = 1; ; tries++) {
        if (!matched || tries > 1) {
          await deps.catchUp();
          matched = match(incoming);
        }
        if (!matched || isUnwanted(matched)) return leaveOut(incoming, matched);
        const deliveries: NewDelivery[] = [];
        // Each holds its part of the one body that all of them share.
        const bytes = DELIVERY_OVERHEAD + Math.ceil(message.body.length / Math.max(1, matched.webhooks.length));
        for (const webhook of matched.webhooks) {
          if (isTurnsEnd(deliveries.length)) await nextTurn();
          const id = uuidAt(message.receivedAt, deps.randomUuid());
          const orderKey = orderKeyOf(webhook, message, parsed);
          const held = webhook.waits !== undefined || orderKey !== undefined;
          const wanted = !held && deps.tryReserve(id, webhook.id, bytes);
          if (wanted) reserved.push(id);
          const isNumberedLater = orderKey !== undefined && incoming.identity !== undefined;
          deliveries.push({
            id,
            webhookId: webhook.id,
            wanted,
            ...(held && { held }),
            ...(orderKey && { orderKey }),
            ...(isNumberedLater && { isNumberedLater }),
          });
        }
        const catalogVersion = tries < MOST_MATCHES ? matched.version : undefined;
        const accepted = await deps.accept({ message, deliveries, catalogVersion });
        for (const id of reserved.splice(0)) if (!accepted.owned.has(id)) deps.release(id);
        if (accepted.stale) continue;
        for (const [index, { id, webhookId }] of deliveries.entries()) {
          if (isTurnsEnd(index)) await nextTurn();
          if (!accepted.owned.has(id)) continue;
          deps.enqueue({ id, message, webhookId, owner: accepted.owner, attempts: 0, failures: 0 });
        }
        report(incoming, message.id, accepted, matched);
        takeTurns(incoming, deliveries, accepted.isNew);
        return;
      }
    } catch (error) {
      for (const id of reserved) deps.release(id);
      // It may have been committed before it failed for good; then rows bear our id that nobody sends.
      if (reserved.length > 0) deps.suspectStrays();
      count.refused++;
      latest.refused = `${incoming.subject}: ${messageOf(error)}`;
      conclude(incoming, false, { error: 'the message could not be stored' });
    }
  };

  /** Of a stream, what came again too: whoever had committed it may have died before the acknowledgement. */
  const takeTurns = ({ identity }: Incoming, deliveries: readonly NewDelivery[], isNew: boolean) => {
    if (identity) {
      const isOrdered = deliveries.some(({ isNumberedLater }) => isNumberedLater);
      if (isOrdered) deps.committedInStream(identity.stream, identity.sequence);
      return;
    }
    if (!isNew) return;
    for (const { webhookId, orderKey } of deliveries) if (orderKey) deps.next(webhookId, orderKey);
  };

  const isUnwanted = (matched: Matched) => matched.webhooks.length === 0 && !deps.storeUnmatched;

  const leaveOut = (incoming: Incoming, matched: Matched | undefined): void => {
    if (!matched) count.unregistered++;
    const answer = matched
      ? { message_id: null, webhooks: 0, ...because(matched.problem) }
      : { error: 'no event is registered for this subject' };
    conclude(incoming, true, answer);
  };

  const toMessage = ({ subject, headers, payload, identity }: Incoming): Message => {
    const receivedAt = identity?.receivedAt ?? clock.now();
    const id = identity?.id ?? uuidAt(receivedAt, deps.randomUuid());
    return { id, receivedAt, subject, headers, ...envelope(subject, receivedAt, payload) };
  };

  const report = (incoming: Incoming, messageId: string, accepted: Accepted, matched: Matched): void => {
    if (matched.problem) {
      count.badRouting++;
      latest.badRouting = `${incoming.subject}: ${matched.problem}`;
    }
    if (accepted.refused !== undefined) {
      count.refused++;
      conclude(incoming, true, { error: `the message could not be stored: ${accepted.refused}` });
    } else if (!accepted.isNew) {
      count.duplicates++;
      conclude(incoming, true, { message_id: messageId, webhooks: 0, duplicate: true });
    } else {
      const webhooks = matched.webhooks.length;
      count.accepted++;
      count.deliveries += webhooks;
      conclude(incoming, true, { message_id: messageId, webhooks, ...because(matched.problem) });
    }
  };

  return {
    take(incoming) {
      try {
        take(incoming);
      } catch (error) {
        count.refused++;
        latest.refused = `${incoming.subject}: ${messageOf(error)}`;
        conclude(incoming, false, { error: 'the message could not be stored' });
      }
    },
    stats: () => ({ ...count, waiting, waitingBytes, latest }),
    idle: () => (waiting === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
  };
}

/** Tells where it came from that we are done with a message, and the publisher, if it asked, what became of it. */
function conclude(incoming: Incoming, stored: boolean, answer: Readonly<Record<string, unknown>>): void {
  try {
    incoming.done?.(stored);
    incoming.answer?.(JSON.stringify(answer));
  } catch {
    // The connection has closed: a publisher is not told, a stream delivers again what is in the journal already.
  }
}

const because = (problem: string | undefined) => (problem ? { error: problem } : {});

const isTurnsEnd = (done: number) => done > 0 && done % DELIVERIES_A_TURN === 0;
