import { coalesce } from '../coalesce.js';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import type { Residents } from './residents/residents.js';

export interface OrderedKey {
  readonly webhookId: number;
  readonly orderKey: string;
}

export interface OrderedKeysDeps {
  /**
   * Claims the first delivery of each key: for this instance if it is wanted, otherwise it becomes due for any
   * instance.
   */
  claimNext(keys: readonly (OrderedKey & { readonly wanted: boolean })[]): Promise<readonly OwnedDelivery[]>;
  /** Makes first deliveries due that were forgotten, in a part of all keys. `last` is the start of the next part. */
  unparkFirst(from: OrderedKey | undefined): Promise<{ readonly released: number; readonly last?: OrderedKey }>;
  isTrusted(): boolean;
  readonly residents: Pick<Residents, 'roomOf'>;
  /** Runs a claim and receives its deliveries. */
  runClaim(claim: () => Promise<readonly OwnedDelivery[]>): Promise<void>;
  onError(error: unknown): void;
}

/** The turns in which deliveries of an ordering key follow each other. */
export interface OrderedKeys {
  /** A delivery of this key was committed, or has ended. The first delivery of the key may be sent. */
  advance(webhookId: number, orderKey: string): void;
  /**
   * Looks for keys that wait although none of their deliveries is under way. Returns true if more of them are likely.
   */
  unparkFirstOnce(): Promise<boolean>;
}

const MAX_AT_ONCE = 500;

export function makeOrderedKeys(deps: OrderedKeysDeps): OrderedKeys {
  const keys = new Map<string, OrderedKey>();
  let lookedAt: OrderedKey | undefined;

  /** A key whose lane is full waits in the store, like deliveries without an order. */
  const dequeueSome = () => {
    const rooms = new Map<number, number>();
    const some = [];
    for (const key of keys.values()) {
      if (some.length === MAX_AT_ONCE) break;
      const room = rooms.get(key.webhookId) ?? deps.residents.roomOf(key.webhookId);
      rooms.set(key.webhookId, room - 1);
      some.push({ ...key, wanted: room > 0 });
      keys.delete(key.orderKey);
    }
    return some;
  };

  const claim = coalesce(async () => {
    while (keys.size > 0) {
      const some = dequeueSome();
      // `unparkFirstOnce` finds the keys that are not claimed now.
      if (deps.isTrusted()) await deps.runClaim(() => deps.claimNext(some));
    }
  });

  return {
    advance(webhookId, orderKey) {
      keys.set(orderKey, { webhookId, orderKey });
      claim().catch(deps.onError);
    },
    async unparkFirstOnce() {
      const { released, last } = await deps.unparkFirst(lookedAt);
      lookedAt = last;
      return last !== undefined && released > 0;
    },
  };
}
