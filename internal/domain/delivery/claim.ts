import type { OwnedDelivery } from './delivery.js';

/** What an instance can take of what is due. */
export interface ClaimRoom {
  readonly deliveries: number;
  /** Of payloads. */
  readonly bytes: number;
  /** Webhooks whose lane is full. */
  readonly except: readonly number[];
  /** Webhooks whose lane has room for so many only. */
  readonly lanes?: ReadonlyMap<number, number>;
  /** Room of any other lane; as much as there is, when absent. */
  readonly others?: number;
}

/** What a claim brought. */
export interface Claim {
  readonly deliveries: readonly OwnedDelivery[];
  /** Deliveries whose message was not in the store any more; they are dead letters now. */
  readonly lost: number;
  /** The oldest had to be gone round, and it brought something: more may be waiting behind them. */
  readonly around?: true;
}
