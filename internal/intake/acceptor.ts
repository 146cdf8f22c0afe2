import type { Clock } from '../clock.js';
import type { Catalog, CatalogWebhook } from '../domain/catalog.js';
import type { OwnedDelivery } from '../domain/delivery.js';
import { envelope } from '../domain/envelope.js';
import type { Message } from '../domain/message.js';
import { parseRouting } from '../domain/routing.js';
import { uuidAt } from '../domain/uuid.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Incoming } from './incoming.js';

interface NewDelivery {
  readonly id: string;
  readonly webhookId: number;
  readonly wanted: boolean;
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
  accept(acceptance: { readonly message: Message; readonly deliveries: readonly NewDelivery[] }): Promise<Accepted>;
  /** Dispatch's: keeps, gives up, and uses room for a delivery. */
  tryReserve(deliveryId: string, webhookId: number, bytes: number): boolean;
  release(deliveryId: string): void;
  enqueue(delivery: OwnedDelivery): void;
  randomUuid(): string;
  readonly clock: Clock;
  readonly logger: Logger;
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
  const { catalog, clock, limits, logger } = deps;
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
      logger.warn('message.bad_routing', { subject: incoming.subject, problem: matched.problem });
    }
    if (matched.webhooks.length === 0 && !deps.storeUnmatched) {
      conclude(incoming, true, { message_id: null, webhooks: 0, ...because(matched.problem) });
      return;
    }
    if (waiting >= limits.maxMessages || waitingBytes + incoming.payload.length > limits.maxBytes) {
      count.dropped++;
      conclude(incoming, false, { error: 'hukz is overloaded and did not take this message' });
      return;
    }
    waiting++;
    waitingBytes += incoming.payload.length;
    void keep(incoming, matched.webhooks, matched.problem);
  };

  const keep = async (incoming: Incoming, webhooks: readonly CatalogWebhook[], problem: string | undefined) => {
    const size = incoming.payload.length;
    const reserved: string[] = [];
    try {
      const message = toMessage(incoming);
      // Each holds its part of the one body that all of them share.
      const bytes = DELIVERY_OVERHEAD + Math.ceil(message.body.length / Math.max(1, webhooks.length));
      const deliveries = webhooks.map(({ id: webhookId }) => {
        const id = uuidAt(message.receivedAt, deps.randomUuid());
        const wanted = deps.tryReserve(id, webhookId, bytes);
        if (wanted) reserved.push(id);
        return { id, webhookId, wanted };
      });
      const accepted = await deps.accept({ message, deliveries });
      for (const { id, webhookId } of deliveries) {
        if (!accepted.owned.has(id)) continue;
        deps.enqueue({ id, message, webhookId, owner: accepted.owner, attempts: 0, failures: 0 });
      }
      for (const id of reserved) if (!accepted.owned.has(id)) deps.release(id);
      report(incoming, message.id, accepted, webhooks.length, problem);
    } catch (error) {
      for (const id of reserved) deps.release(id);
      count.refused++;
      logger.error('message.not_accepted', { subject: incoming.subject, error: messageOf(error) });
      conclude(incoming, false, { error: 'the message could not be stored' });
    } finally {
      waiting--;
      waitingBytes -= size;
      if (waiting === 0) for (const resolve of idleWaiters.splice(0)) resolve();
    }
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
        logger.error('message.not_accepted', { subject: incoming.subject, error: messageOf(error) });
      }
    },
    stats: () => ({ ...count, waiting, waitingBytes }),
    idle: () => (waiting === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
  };
}

/** Tells where it came from that we are done with a message, and the publisher, if it asked, what became of it. */
function conclude(incoming: Incoming, stored: boolean, answer: Readonly<Record<string, unknown>>): void {
  incoming.done?.(stored);
  incoming.answer?.(JSON.stringify(answer));
}

const because = (problem: string | undefined) => (problem ? { error: problem } : {});
