/**
 * Seats for work that may hang, per caller or per space. Each holder may have one seat, and more seats while it has
 * fewer than a quarter of the free ones. A holder that is alone gets a fifth of the seats, and every other holder
 * still finds one.
 */
export class Seats<Holder extends string | number> {
  private readonly countByHolder = new Map<Holder, number>();
  private inUse = 0;

  constructor(private readonly seats: number) {}

  /** Returns false when there is no seat for this holder now. */
  acquire(holder: Holder): boolean {
    const mine = this.countByHolder.get(holder) ?? 0;
    const free = this.seats - this.inUse;
    if (free === 0 || (mine > 0 && mine >= free / PART_OF_FREE)) return false;
    this.countByHolder.set(holder, mine + 1);
    this.inUse++;
    return true;
  }

  vacate(holder: Holder): void {
    const mine = this.countByHolder.get(holder) ?? 0;
    if (mine === 0) return;
    this.inUse--;
    if (mine === 1) this.countByHolder.delete(holder);
    else this.countByHolder.set(holder, mine - 1);
  }
}

const PART_OF_FREE = 4;
