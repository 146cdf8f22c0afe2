import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import { makeDeliveryIds } from '../domain/delivery/delivery-id.js';
import { orderKeyOf } from '../domain/delivery/order-key.js';
import type { CatalogWebhook } from '../domain/matching/catalog.js';
import type { MessageView } from '../domain/matching/message-view.js';
import type { Message } from '../domain/message/message.js';

/** One object a webhook and message of all that comes through: always the same fields, so that they cost little. */
export interface NewDelivery {
  readonly id: string;
  readonly webhookId: number;
  readonly wanted: boolean;
  readonly held: boolean;
  readonly orderKey: string | undefined;
  readonly isNumberedLater: boolean;
}

export interface Acceptance {
  readonly message: Message;
  readonly deliveries: readonly NewDelivery[];
  readonly catalogStamp: string | undefined;
  readonly isOfStream: boolean;
}

export interface Accepted {
  readonly isNew: boolean;
  readonly owner: string;
  /** Of this message's deliveries those that are ours, perhaps among others. */
  readonly owned: ReadonlySet<string>;
  readonly refused?: string;
  /** The catalog has changed since it was matched. */
  readonly stale?: true;
}

export interface KeepDeps {
  /** Resolves after the commit. */
  accept(acceptance: Acceptance): Promise<Accepted>;
  /** Dispatch's: keeps, gives up, and uses room for a delivery. */
  tryReserve(deliveryId: string, webhookId: number, bytes: number): boolean;
  release(deliveryId: string): void;
  enqueue(delivery: OwnedDelivery): void;
  /** Dispatch's too: rows may bear our id that it does not know of. */
  suspectStrays(): void;
}

/** What is to be stored. */
export interface ToKeep {
  readonly message: Message;
  /** The same message, as it was matched. */
  readonly view: MessageView;
  readonly webhooks: readonly CatalogWebhook[];
  readonly catalogStamp: string | undefined;
  /** Whether it came from a stream, by its place in which it is ordered. */
  readonly isOfStream: boolean;
}

export interface Kept {
  readonly accepted: Accepted;
  readonly deliveries: readonly NewDelivery[];
}

/** Bytes that a delivery takes in memory besides its body, about. */
export const DELIVERY_OVERHEAD = 512;
/** Deliveries of one message that are made, or handed on, in one turn of the event loop: 3 ms. */
const DELIVERIES_PER_TICK = 1000;

/**
 * Commits a message with a delivery for each webhook, and hands those that are ours to dispatch after it. Room is kept for
 * them before, and given up again for what is not ours in the end. Rejects with what PostgreSQL can never do.
 */
export function makeKeep(deps: KeepDeps): (what: ToKeep) => Promise<Kept> {
  const deliveryIdOf = makeDeliveryIds();

  /** Goes on with what it is given, as far as one turn may. */
  const plan = ({ message, view, webhooks, isOfStream }: ToKeep, into: NewDelivery[]) => {
    // Each holds its part of the one body that all of them share.
    const bytes = DELIVERY_OVERHEAD + Math.ceil(message.body.length / webhooks.length);
    for (const webhook of aTurnOf(webhooks, into.length)) {
      const id = deliveryIdOf(message.id, webhook.id);
      const orderKey = orderKeyOf(webhook, view);
      const isOrdered = orderKey !== undefined;
      const held = webhook.waits !== undefined || isOrdered;
      const wanted = !held && deps.tryReserve(id, webhook.id, bytes);
      into.push({ id, webhookId: webhook.id, wanted, held, orderKey, isNumberedLater: isOrdered && isOfStream });
    }
  };

  const giveUp = (deliveries: readonly NewDelivery[], owned?: ReadonlySet<string>) => {
    for (const { id, wanted } of deliveries) if (wanted && !owned?.has(id)) deps.release(id);
  };

  const commit = async (what: ToKeep, deliveries: NewDelivery[]): Promise<Accepted> => {
    try {
      while (deliveries.length < what.webhooks.length) {
        if (deliveries.length > 0) await nextTurn();
        plan(what, deliveries);
      }
      const { message, catalogStamp, isOfStream } = what;
      return await deps.accept({ message, deliveries, catalogStamp, isOfStream });
    } catch (error) {
      giveUp(deliveries);
      // It may have been committed before it failed for good; then rows bear our id that nobody sends.
      if (deliveries.some(({ wanted }) => wanted)) deps.suspectStrays();
      throw error;
    }
  };

  return async (what) => {
    const deliveries: NewDelivery[] = [];
    const accepted = await commit(what, deliveries);
    giveUp(deliveries, accepted.owned);
    for (const [index, { id, webhookId }] of deliveries.entries()) {
      if (index > 0 && index % DELIVERIES_PER_TICK === 0) await nextTurn();
      if (!accepted.owned.has(id)) continue;
      deps.enqueue({ id, message: what.message, webhookId, owner: accepted.owner, attempts: 0, failures: 0 });
    }
    return { accepted, deliveries };
  };
}

const aTurnOf = <T>(all: readonly T[], from: number) =>
  all.length <= DELIVERIES_PER_TICK ? all : all.slice(from, from + DELIVERIES_PER_TICK);
