import type { Clock } from '../clock.js';
import type { SettledAttempt } from '../domain/delivery/attempt.js';
import { type BreakerPolicy, Circuit, type Failure } from '../domain/delivery/breaker.js';
import type { CatalogWebhook } from '../domain/matching/catalog.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import type { CircuitPort } from './ports.js';

export interface HealthDeps {
  readonly circuits: Pick<CircuitPort, 'open' | 'close' | 'saveHealth' | 'breaker'>;
  findWebhook(id: number): CatalogWebhook | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The conclusions from this instance's attempts about each receiver: when its circuit opens and closes, and whether it
 * only fails.
 */
export class Health {
  private readonly circuits = new Map<number, Circuit>();
  private readonly switching = new Map<number, Promise<void>>();
  private failing = new Set<number>();
  private fine = new Set<number>();

  constructor(private readonly deps: HealthDeps) {}

  /** `isUnconnected` means that the request did not reach the receiver. */
  record({ webhook, outcome, because, delivery }: SettledAttempt, isUnconnected: boolean): void {
    if (outcome === 'delivered') {
      this.fine.add(webhook.id);
      this.circuits.get(webhook.id)?.succeeded(this.deps.clock.monotonic(), this.policyOf(webhook));
      if (delivery.probe) this.switch(webhook, 'closed');
    } else if (outcome === 'failed' || (outcome === 'dead' && because !== 'gone' && because !== 'forbidden_address')) {
      this.failing.add(webhook.id);
      this.count(webhook, { deliveryId: delivery.id, countsAgain: isUnconnected || delivery.orderKey !== undefined });
    }
  }

  /**
   * Saves the health of webhooks to the store. It also forgets circuits that have been quiet for long, or whose webhook
   * was deleted.
   */
  async save(): Promise<void> {
    const { failing, fine } = this;
    if (failing.size === 0 && fine.size === 0) return;
    this.failing = new Set();
    this.fine = new Set();
    try {
      await this.deps.circuits.saveHealth(
        [...failing].filter((id) => !fine.has(id)),
        [...fine],
      );
    } catch (error) {
      for (const id of failing) this.failing.add(id);
      for (const id of fine) this.fine.add(id);
      throw error;
    }
    const now = this.deps.clock.monotonic();
    for (const [id, circuit] of this.circuits) {
      if (circuit.isQuiet(now, this.deps.circuits.breaker) || !this.deps.findWebhook(id)) this.circuits.delete(id);
    }
  }

  /** Resolves when no circuit is being switched. */
  async idle(): Promise<void> {
    await Promise.all(this.switching.values());
  }

  private count(webhook: CatalogWebhook, failure: Failure): void {
    if (webhook.settings.breaker === 'off' || webhook.waits) return;
    const now = this.deps.clock.monotonic();
    const circuit = this.circuits.get(webhook.id) ?? new Circuit(now);
    this.circuits.set(webhook.id, circuit);
    const because = circuit.failed(failure, now, this.policyOf(webhook));
    if (because !== undefined) this.switch(webhook, 'open', because);
  }

  private policyOf({ settings: { breaker } }: CatalogWebhook): BreakerPolicy {
    return breaker === undefined || breaker === 'off'
      ? this.deps.circuits.breaker
      : { ...this.deps.circuits.breaker, ...breaker };
  }

  /**
   * The switch is not awaited: the attempt is settled whether the switch succeeds or not, and the next attempt triggers
   * it again.
   */
  private switch({ id }: CatalogWebhook, to: 'open' | 'closed', because = ''): void {
    if (this.switching.has(id)) return;
    const done = to === 'open' ? this.deps.circuits.open(id, because) : this.deps.circuits.close(id);
    const switched = done
      .then(() => void this.circuits.delete(id))
      .catch((error: unknown) => {
        this.deps.logger.error('circuit.not_switched', { webhook_id: id, to, error: messageOf(error) });
      })
      .finally(() => this.switching.delete(id));
    this.switching.set(id, switched);
  }
}
