import type { OwnedDelivery } from './delivery.js';

/** The room of an instance for due deliveries. */
export interface ClaimRoom {
  readonly deliveries: number;
  /** Total size of the payloads. */
  readonly bytes: number;
  /** Webhooks whose lane is full. */
  readonly except: readonly number[];
  /** Number of deliveries for which the lane of a webhook has room, for lanes with little room. */
  readonly lanes?: ReadonlyMap<number, number>;
  /** Room in any other lane. When it is absent, it equals the total room. */
  readonly others?: number;
}

/** The result of a claim. */
export interface Claim {
  readonly deliveries: readonly OwnedDelivery[];
  /** Number of deliveries whose message was no longer in the store. They have become dead letters. */
  readonly lost: number;
  /**
   * Set when the claim had to skip the oldest deliveries and found others behind them. More of those may be waiting.
   */
  readonly around?: true;
}
