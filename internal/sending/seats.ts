/**
 * Seats for work that may hang, of users or of spaces. Each holder may have one, and a quarter of the seats that are free besides: one
 * that is alone has a fifth of them, and every other one still finds a seat.
 */
export class Seats {
  private readonly takenBy = new Map<number, number>();
  private taken = 0;

  constructor(private readonly seats: number) {}

  /** False: there is none for this holder now. */
  take(holder: number): boolean {
    const mine = this.takenBy.get(holder) ?? 0;
    const free = this.seats - this.taken;
    if (free === 0 || (mine > 0 && mine >= free / PART_OF_FREE)) return false;
    this.takenBy.set(holder, mine + 1);
    this.taken++;
    return true;
  }

  giveBack(holder: number): void {
    const mine = this.takenBy.get(holder) ?? 0;
    if (mine === 0) return;
    this.taken--;
    if (mine === 1) this.takenBy.delete(holder);
    else this.takenBy.set(holder, mine - 1);
  }
}

const PART_OF_FREE = 4;
