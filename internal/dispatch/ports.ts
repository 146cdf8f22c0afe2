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
import type { TurnsDeps } from './turns.js';

/** Deliveries of the store that this instance does not hold: how they become its own, or due, or held. */
export interface ClaimPort extends Pick<TurnsDeps, 'claimNext' | 'skipFirst'> {
  claim(room: ClaimRoom): Promise<Claim>;
  /** One delivery of each open circuit that may be tried now, owned by this instance. */
  claimProbes(): Promise<readonly OwnedDelivery[]>;
  /** Makes due what is held and may be sent again; answers how many, at most `limit`. */
  unpark(limit: number): Promise<number>;
  /** Holds what is due of a webhook that is not sent to; answers how many, at most `limit`. */
  holdDue(webhookId: number, limit: number): Promise<number>;
  giveBackStrays(isResident: (deliveryId: string) => boolean): Promise<number>;
}

/** Deliveries that this instance owns: how it parts with them. */
export interface EndPort {
  settle(attempt: SettledAttempt): Promise<void>;
  /** Puts a delivery aside until its webhook is sent to again. */
  park(delivery: OwnedDelivery): Promise<void>;
  /** Ends a deleted webhook's delivery. */
  cancel(delivery: OwnedDelivery): Promise<void>;
  giveBack(deliveries: readonly OwnedDelivery[]): Promise<void>;
}

/** The catalog of webhooks, and what their settings mean. */
export interface WebhookPort {
  find(id: number): CatalogWebhook | undefined;
  classOf(id: number): ClassPath;
  policyOf(webhook: CatalogWebhook): RetryPolicy;
  /** Loads what the catalog does not know yet. */
  reload(): Promise<void>;
  /** The receiver answered 410: it wants nothing any more. */
  disable(id: number, because: string): Promise<void>;
}

export interface SendUnder {
  /** Means: stop waiting for the answer. */
  readonly signal: AbortSignal;
  /** Of an attempt that may have to wait for an access token. */
  readonly slot?: Slot;
}

/** The requests, and those who watch them. */
export interface SendPort {
  /** One request; never rejects. */
  send(delivery: OwnedDelivery, webhook: CatalogWebhook, under: SendUnder): Promise<AttemptOutcome>;
  /** What has to come before a request to the webhook may start; undefined: nothing. Never rejects. */
  untilReady(webhook: CatalogWebhook): Promise<void> | undefined;
  onAttempt(attempt: SettledAttempt): void;
  /** The attempt is in the store. */
  onSettled(attempt: SettledAttempt): void;
}

/** The circuits of webhooks, shared by all instances. A switch resolves when this instance knows it too. */
export interface CircuitPort {
  open(webhookId: number, because: string): Promise<void>;
  close(webhookId: number): Promise<void>;
  /** How many are open. */
  countOpen(): number;
  /** Webhooks that only failed since the last call, and those where something succeeded. */
  saveHealth(failing: readonly number[], fine: readonly number[]): Promise<void>;
  readonly breaker: BreakerPolicy;
}

/** This instance among the others. */
export interface InstancePort {
  /** Under which deliveries are owned now. */
  id(): string;
  /** Whether this instance may still believe that it owns what it holds. */
  isTrusted(): boolean;
  /** Instances among which the rates of webhooks are shared. */
  living(): number;
}

export interface Runtime {
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** Everything that dispatch needs of others. */
export interface DispatchPorts {
  readonly claims: ClaimPort;
  readonly ends: EndPort;
  readonly webhooks: WebhookPort;
  readonly sending: SendPort;
  readonly circuits: CircuitPort;
  readonly instance: InstancePort;
  readonly runtime: Runtime;
}
