import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import { makeDeliveryIds } from '../domain/delivery/delivery-id.js';
import { orderKeyOf } from '../domain/delivery/order-key.js';
import type { CatalogWebhook } from '../domain/matching/catalog.js';
import type { MessageView } from '../domain/matching/message-view.js';
import type { Message } from '../domain/message/message.js';

/**
 * One object per webhook and message for all messages. The fields are always the same, so that the objects cost little.
 */
export interface NewDelivery {
  readonly id: string;
  readonly webhookId: number;
  readonly wanted: boolean;
  readonly parked: boolean;
  readonly orderKey: string | undefined;
  readonly isNumberedLater: boolean;
}

export interface Acceptance {
  readonly message: Message;
  readonly deliveries: readonly NewDelivery[];
  readonly catalogStamp: string | undefined;
  readonly isOfStream: boolean;
  readonly dueAt: number | undefined;
  readonly isAwaited: boolean;
}

export interface Accepted {
  readonly isNew: boolean;
  readonly owner: string;
  /** The ids of this message's deliveries that this instance owns. The set may contain other ids. */
  readonly owned: ReadonlySet<string>;
  readonly refused?: string;
  /** The catalog has changed since the message was matched. */
  readonly stale?: true;
}

export interface StoreMessageDeps {
  /** Resolves after the commit. */
  accept(acceptance: Acceptance): Promise<Accepted>;
  /** Dispatch's functions that reserve memory for a delivery, unreserve it, and use it. */
  tryReserve(deliveryId: string, webhookId: number, bytes: number): boolean;
  release(deliveryId: string): void;
  enqueue(delivery: OwnedDelivery): void;
  /** Informs dispatch that the database may have rows that this instance owns and dispatch does not know. */
  suspectStrays(): void;
}

/** The data to store. */
export interface MessageToStore {
  readonly message: Message;
  /** The same message in the form in which it was matched. */
  readonly view: MessageView;
  readonly webhooks: readonly CatalogWebhook[];
  readonly catalogStamp: string | undefined;
  /** Whether the message came from a stream, whose order its deliveries then follow. */
  readonly isOfStream: boolean;
  /** The time until which all deliveries are delayed, in milliseconds since 1970. Undefined means that none is. */
  readonly dueAt: number | undefined;
  /** Whether the publisher waits for the commit before it goes on. */
  readonly isAwaited: boolean;
}

export interface StoreOutcome {
  readonly accepted: Accepted;
  readonly deliveries: readonly NewDelivery[];
}

/** Approximate number of bytes that a delivery takes in memory besides its body. */
export const DELIVERY_OVERHEAD = 512;
/** Number of deliveries of one message that are made, or handed on, in one turn of the event loop: 3 ms. */
const DELIVERIES_PER_TICK = 1000;

/**
 * Commits a message with a delivery for each webhook, and then hands the owned deliveries to dispatch. Memory is
 * reserved for them before the commit, and unreserved for deliveries that this instance does not own in the end.
 * Rejects with an error that PostgreSQL will always return.
 */
export function makeStoreMessage(deps: StoreMessageDeps): (what: MessageToStore) => Promise<StoreOutcome> {
  const deliveryIdOf = makeDeliveryIds();

  /** Continues the list of deliveries as far as one turn allows. */
  const plan = ({ message, view, webhooks, isOfStream, dueAt }: MessageToStore, into: NewDelivery[]) => {
    // Each delivery counts its part of the one body that all of them share.
    const bytes = DELIVERY_OVERHEAD + Math.ceil(message.body.length / webhooks.length);
    for (const webhook of aTickOf(webhooks, into.length)) {
      const id = deliveryIdOf(message.id, webhook.id);
      // A delayed delivery gets its position in its ordering key, or is parked, when it becomes due.
      const isDelayed = dueAt !== undefined;
      const orderKey = isDelayed ? undefined : orderKeyOf(webhook, view);
      const isOrdered = orderKey !== undefined;
      const parked = !isDelayed && (webhook.waits !== undefined || isOrdered);
      const wanted = !parked && !isDelayed && deps.tryReserve(id, webhook.id, bytes);
      into.push({ id, webhookId: webhook.id, wanted, parked, orderKey, isNumberedLater: isOrdered && isOfStream });
    }
  };

  const unreserve = (deliveries: readonly NewDelivery[], owned?: ReadonlySet<string>) => {
    for (const { id, wanted } of deliveries) if (wanted && !owned?.has(id)) deps.release(id);
  };

  const commit = async (what: MessageToStore, deliveries: NewDelivery[]): Promise<Accepted> => {
    try {
      while (deliveries.length < what.webhooks.length) {
        if (deliveries.length > 0) await nextTurn();
        plan(what, deliveries);
      }
      const { message, catalogStamp, isOfStream, isAwaited, dueAt } = what;
      return await deps.accept({ message, deliveries, catalogStamp, isOfStream, isAwaited, dueAt });
    } catch (error) {
      unreserve(deliveries);
      // The message may have been committed before the final failure. This instance then owns rows that are not sent.
      if (deliveries.some(({ wanted }) => wanted)) deps.suspectStrays();
      throw error;
    }
  };

  return async (what) => {
    const deliveries: NewDelivery[] = [];
    const accepted = await commit(what, deliveries);
    unreserve(deliveries, accepted.owned);
    for (const [index, { id, webhookId }] of deliveries.entries()) {
      if (index > 0 && index % DELIVERIES_PER_TICK === 0) await nextTurn();
      if (!accepted.owned.has(id)) continue;
      deps.enqueue({ id, message: what.message, webhookId, owner: accepted.owner, attempts: 0, countedFailures: 0 });
    }
    return { accepted, deliveries };
  };
}

const aTickOf = <T>(all: readonly T[], from: number) =>
  all.length <= DELIVERIES_PER_TICK ? all : all.slice(from, from + DELIVERIES_PER_TICK);
