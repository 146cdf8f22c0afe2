import type { Clock } from '../clock.js';
import type { Catalog, CatalogWebhook } from '../domain/catalog.js';
import type { OwnedDelivery } from '../domain/delivery.js';
import { envelope } from '../domain/envelope.js';
import { type Message, weightOf } from '../domain/message.js';
import { parseRouting } from '../domain/routing.js';
import { uuidAt } from '../domain/uuid.js';
import { messageOf } from '../errors.js';
import type { Incoming } from './incoming.js';

interface NewDelivery {
  readonly id: string;
  readonly webhookId: number;
  readonly wanted: boolean;
}

interface Acceptance {
  readonly message: Message;
  readonly deliveries: readonly NewDelivery[];
}

interface Accepted {
  readonly isNew: boolean;
  readonly owner: string;
  readonly owned: ReadonlySet<string>;
  readonly refused?: string;
}

export interface AcceptorDeps {
  readonly catalog: Catalog;
  /** Resolves after the commit. */
  accept(acceptance: Acceptance): Promise<Accepted>;
  /** Dispatch's: keeps, gives up, and uses room for a delivery. */
  tryReserve(deliveryId: string, webhookId: number, bytes: number): boolean;
  release(deliveryId: string): void;
  enqueue(delivery: OwnedDelivery): void;
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

  const match = (incoming: Incoming): { webhooks: readonly CatalogWebhook[]; problem?: string } | undefined => {
    const routing = parseRouting(incoming.headers);
    const webhooks = catalog.match(incoming.subject, routing.ok ? routing.value : { tags: [], spaceId: undefined });
    if (!webhooks) return undefined;
    return routing.ok ? { webhooks } : { webhooks: [], problem: routing.problem };
  };

  const take = (incoming: Incoming): void => {
    count.received++;
    const matched = match(incoming);
    if (!matched) {
      count.unregistered++;
      conclude(incoming, true, { error: 'no event is registered for this subject' });
      return;
    }
    if (matched.problem) {
      count.badRouting++;
      latest.badRouting = `${incoming.subject}: ${matched.problem}`;
    }
    if (matched.webhooks.length === 0 && !deps.storeUnmatched) {
      conclude(incoming, true, { message_id: null, webhooks: 0, ...because(matched.problem) });
      return;
    }
    const size = weightOf(incoming) + matched.webhooks.length * DELIVERY_OVERHEAD;
    if (waiting >= limits.maxMessages || waitingBytes + size > limits.maxBytes) {
      count.dropped++;
      conclude(incoming, false, { error: 'hukz is overloaded and did not take this message' });
      return;
    }
    waiting++;
    waitingBytes += size;
    void keep(incoming, matched.webhooks, matched.problem).finally(() => {
      waiting--;
      waitingBytes -= size;
      if (waiting === 0) for (const resolve of idleWaiters.splice(0)) resolve();
    });
  };

  /** Never rejects. */
  const keep = async (incoming: Incoming, webhooks: readonly CatalogWebhook[], problem: string | undefined) => {
    const reserved: string[] = [];
    let acceptance: Acceptance;
    let accepted: Accepted;
    try {
      acceptance = prepare(incoming, webhooks, reserved);
      accepted = await deps.accept(acceptance);
    } catch (error) {
      for (const id of reserved) deps.release(id);
      // It may have been committed before it failed for good; then rows bear our id that nobody sends.
      if (reserved.length > 0) deps.suspectStrays();
      count.refused++;
      latest.refused = `${incoming.subject}: ${messageOf(error)}`;
      conclude(incoming, false, { error: 'the message could not be stored' });
      return;
    }
    const { message, deliveries } = acceptance;
    for (const id of reserved) if (!accepted.owned.has(id)) deps.release(id);
    for (const { id, webhookId } of deliveries) {
      if (!accepted.owned.has(id)) continue;
      deps.enqueue({ id, message, webhookId, owner: accepted.owner, attempts: 0, failures: 0 });
    }
    report(incoming, message.id, accepted, webhooks.length, problem);
  };

  const prepare = (incoming: Incoming, webhooks: readonly CatalogWebhook[], reserved: string[]): Acceptance => {
    const message = toMessage(incoming);
    // Each holds its part of the one body that all of them share.
    const bytes = DELIVERY_OVERHEAD + Math.ceil(message.body.length / Math.max(1, webhooks.length));
    const deliveries = webhooks.map(({ id: webhookId }) => {
      const id = uuidAt(message.receivedAt, deps.randomUuid());
      const wanted = deps.tryReserve(id, webhookId, bytes);
      if (wanted) reserved.push(id);
      return { id, webhookId, wanted };
    });
    return { message, deliveries };
  };

  const toMessage = ({ subject, headers, payload, identity }: Incoming): Message => {
    const receivedAt = identity?.receivedAt ?? clock.now();
    const id = identity?.id ?? uuidAt(receivedAt, deps.randomUuid());
    return { id, receivedAt, subject, headers, ...envelope(subject, receivedAt, payload) };
  };

  const report = (
    incoming: Incoming,
    messageId: string,
    accepted: Accepted,
    webhooks: number,
    problem: string | undefined,
  ): void => {
    if (accepted.refused !== undefined) {
      count.refused++;
      conclude(incoming, true, { error: `the message could not be stored: ${accepted.refused}` });
    } else if (!accepted.isNew) {
      count.duplicates++;
      conclude(incoming, true, { message_id: messageId, webhooks: 0, duplicate: true });
    } else {
      count.accepted++;
      count.deliveries += webhooks;
      conclude(incoming, true, { message_id: messageId, webhooks, ...because(problem) });
    }
  };

  return {
    take(incoming) {
      try {
        take(incoming);
      } catch (error) {
        count.refused++;
        latest.refused = `${incoming.subject}: ${messageOf(error)}`;
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
