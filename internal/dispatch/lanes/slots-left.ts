import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import type { Slot } from '../../domain/delivery/slot.js';
import type { Lanes } from './lanes.js';

export interface SlotsLeftDeps {
  readonly lanes: Pick<Lanes, 'done' | 'push'>;
  /** A slot may be free for a waiting delivery. */
  pump(): void;
  isStopped(): boolean;
}

/**
 * Attempts that have left their slot while they wait for an access token. They take a new slot in the turn of their
 * lane.
 */
export class SlotsLeft {
  private readonly away = new Set<OwnedDelivery>();
  private readonly entering = new Map<OwnedDelivery, (mayGoOn: boolean) => void>();

  constructor(private readonly deps: SlotsLeftDeps) {}

  get size(): number {
    return this.away.size;
  }

  slotOf(delivery: OwnedDelivery): Slot {
    const { lanes, pump, isStopped } = this.deps;
    return {
      leave: () => {
        this.away.add(delivery);
        lanes.done(delivery);
        pump();
      },
      enter: () => {
        if (isStopped()) return Promise.resolve(false);
        return new Promise((resolve) => {
          this.entering.set(delivery, resolve);
          lanes.push(delivery, true);
          pump();
        });
      },
    };
  }

  /** Continues the attempt that waited for the slot which its delivery has now. Returns false if no attempt waited. */
  resume(delivery: OwnedDelivery): boolean {
    if (!this.answer(delivery, true)) return false;
    this.away.delete(delivery);
    return true;
  }

  /** Ends the attempt's wait for a slot. Returns false if no attempt waited. */
  refuse(delivery: OwnedDelivery): boolean {
    return this.answer(delivery, false);
  }

  /** The attempt has ended. Returns true if it had no slot. */
  end(delivery: OwnedDelivery): boolean {
    return this.away.delete(delivery);
  }

  private answer(delivery: OwnedDelivery, mayGoOn: boolean): boolean {
    const go = this.entering.get(delivery);
    if (!go) return false;
    this.entering.delete(delivery);
    go(mayGoOn);
    return true;
  }
}
