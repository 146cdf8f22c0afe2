import type { ClaimPort } from './ports.js';

export interface RestingDeps {
  readonly parkDue: ClaimPort['parkDue'];
  /** A webhook was added, so that `parkOnce` has work. */
  onAdded(): void;
}

/** Parking that many takes 130 ms. */
const PARKED_PER_STATEMENT = 5000;

/** Suspended webhooks, of which more deliveries may be due. The deliveries are parked, some at a time. */
export class Resting {
  private readonly webhooks = new Set<number>();

  constructor(private readonly deps: RestingDeps) {}

  add(webhookId: number): void {
    if (this.webhooks.has(webhookId)) return;
    this.webhooks.add(webhookId);
    this.deps.onAdded();
  }

  /** Parks some deliveries of one webhook. Returns true if there may be more to park. */
  async parkOnce(): Promise<boolean> {
    const [id] = this.webhooks;
    if (id === undefined) return false;
    this.webhooks.delete(id);
    if ((await this.deps.parkDue(id, PARKED_PER_STATEMENT)) === PARKED_PER_STATEMENT) this.webhooks.add(id);
    return this.webhooks.size > 0;
  }
}
