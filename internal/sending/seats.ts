/**
 * Seats for work that may hang, per caller or per space. Each holder may have one seat, and more seats while it has
 * fewer than a quarter of the free ones. A holder that is alone gets a fifth of the seats, and every other holder
 * still finds one.
 */
export class Seats<Holder extends string | number> {
  private readonly takenBy = new Map<Holder, number>();
  private taken = 0;

  constructor(private readonly seats: number) {}

  /** Returns false when there is no seat for this holder now. */
  take(holder: Holder): boolean {
    const mine = this.takenBy.get(holder) ?? 0;
    const free = this.seats - this.taken;
    if (free === 0 || (mine > 0 && mine >= free / PART_OF_FREE)) return false;
    this.takenBy.set(holder, mine + 1);
    this.taken++;
    return true;
  }

  giveBack(holder: Holder): void {
    const mine = this.takenBy.get(holder) ?? 0;
    if (mine === 0) return;
    this.taken--;
    if (mine === 1) this.takenBy.delete(holder);
    else this.takenBy.set(holder, mine - 1);
  }
}

const PART_OF_FREE = 4;
