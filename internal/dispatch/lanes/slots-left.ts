import type { OwnedDelivery } from '../../domain/delivery/delivery.js';
import type { Slot } from '../../domain/delivery/slot.js';
import type { Lanes } from './lanes.js';

export interface SlotsLeftDeps {
  readonly lanes: Pick<Lanes, 'done' | 'push'>;
  /** There may be a slot for something that waits. */
  pump(): void;
  isStopped(): boolean;
}

/** Attempts that have left their slot while they wait for an access token. They take a new one in the turn of their lane. */
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

  /** Lets the attempt go on that waited for the slot which its delivery has now; false: none did. */
  resume(delivery: OwnedDelivery): boolean {
    if (!this.tell(delivery, true)) return false;
    this.away.delete(delivery);
    return true;
  }

  /** Ends the wait of the attempt for a slot; false: none waited. */
  refuse(delivery: OwnedDelivery): boolean {
    return this.tell(delivery, false);
  }

  /** The attempt has ended; true: without a slot. */
  end(delivery: OwnedDelivery): boolean {
    return this.away.delete(delivery);
  }

  private tell(delivery: OwnedDelivery, mayGoOn: boolean): boolean {
    const go = this.entering.get(delivery);
    if (!go) return false;
    this.entering.delete(delivery);
    go(mayGoOn);
    return true;
  }
}
