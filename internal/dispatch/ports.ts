import type { Clock } from '../clock.js';
import type { SettledAttempt } from '../domain/delivery/attempt.js';
import type { BreakerPolicy } from '../domain/delivery/breaker.js';
import type { Claim, ClaimRoom } from '../domain/delivery/claim.js';
import type { OwnedDelivery } from '../domain/delivery/delivery.js';
import type { AttemptOutcome } from '../domain/delivery/outcome.js';
import type { RetryPolicy } from '../domain/delivery/retry-policy.js';
import type { ClassPath } from '../domain/delivery/scheduling-class.js';
import type { Slot } from '../domain/delivery/slot.js';
import type { CatalogWebhook } from '../domain/matching/catalog.js';
import type { Logger } from '../logger.js';
import type { OrderedKeysDeps } from './ordered-keys.js';
import type { Placement } from './place-delayed.js';

/** Deliveries in the store that are not resident in this instance: the port claims, unparks and parks them. */
export interface ClaimPort extends Pick<OrderedKeysDeps, 'claimNext' | 'unparkFirst'> {
  claim(room: ClaimRoom): Promise<Claim>;
  /** Claims one delivery of each open circuit that may be tried now, for this instance. */
  claimProbes(): Promise<readonly OwnedDelivery[]>;
  /**
   * Makes parked deliveries due if they may be sent again, and those of deleted webhooks. Returns their number, at most
   * `limit` of each kind.
   */
  unpark(limit: number): Promise<number>;
  /** Parks due deliveries of a suspended webhook. Returns their number, at most `limit`. */
  parkDue(webhookId: number, limit: number): Promise<number>;
  unclaimStrays(isResident: (deliveryId: string) => boolean): Promise<number>;
}

/** Deliveries that this instance owns: the port ends the ownership. */
export interface EndPort {
  settle(attempt: SettledAttempt): Promise<void>;
  /** Parks a delivery until its webhook is no longer suspended. */
  park(delivery: OwnedDelivery): Promise<void>;
  /** Ends the delivery of a deleted webhook. */
  cancel(delivery: OwnedDelivery): Promise<void>;
  /** Gives delayed deliveries positions in their ordering keys, in this order. They wait for their turn. */
  place(placements: readonly Placement[]): Promise<void>;
  unclaim(deliveries: readonly OwnedDelivery[]): Promise<void>;
}

/** The catalog of webhooks, and the meaning of their settings. */
export interface WebhookPort {
  find(id: number): CatalogWebhook | undefined;
  classOf(id: number): ClassPath;
  policyOf(webhook: CatalogWebhook): RetryPolicy;
  /** Loads the changes that the catalog does not have yet. */
  reload(): Promise<void>;
  /** Disables a webhook because its receiver answered 410, which means that it wants no more messages. */
  disable(id: number, because: string): Promise<void>;
}

export interface SendUnder {
  /** The signal that ends the wait for the answer. */
  readonly signal: AbortSignal;
  /** The slot of an attempt that may have to wait for an access token. */
  readonly slot?: Slot;
}

/** The requests, and the observers of attempts. */
export interface SendPort {
  /** Sends one request. The promise never rejects. */
  send(delivery: OwnedDelivery, webhook: CatalogWebhook, under: SendUnder): Promise<AttemptOutcome>;
  /**
   * Resolves when the precondition for a request to the webhook is met. Undefined means that there is no precondition.
   * The promise never rejects.
   */
  untilReady(webhook: CatalogWebhook): Promise<void> | undefined;
  onAttempt(attempt: SettledAttempt): void;
  /** The attempt is in the store. */
  onSettled(attempt: SettledAttempt): void;
}

/** The circuits of webhooks, shared by all instances. A switch resolves when this instance knows it too. */
export interface CircuitPort {
  open(webhookId: number, because: string): Promise<void>;
  close(webhookId: number): Promise<void>;
  /** Number of open circuits. */
  countOpen(): number;
  /** Saves the webhooks that only failed since the last call, and those with a success. */
  saveHealth(failing: readonly number[], fine: readonly number[]): Promise<void>;
  readonly breaker: BreakerPolicy;
}

/** This instance as a member of the cluster of instances. */
export interface InstancePort {
  /** The id under which this instance currently owns deliveries. */
  id(): string;
  /** Whether this instance may still assume that it owns its residents. */
  isTrusted(): boolean;
  /** Number of instances that share the rates of webhooks. */
  living(): number;
}

export interface Runtime {
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** Everything that dispatch needs from other parts. */
export interface DispatchPorts {
  readonly claims: ClaimPort;
  readonly ends: EndPort;
  readonly webhooks: WebhookPort;
  readonly sending: SendPort;
  readonly circuits: CircuitPort;
  readonly instance: InstancePort;
  readonly runtime: Runtime;
}
