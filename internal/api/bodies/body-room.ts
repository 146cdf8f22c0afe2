/** A body that is being read. */
export interface BodyPlace {
  /** Reserves memory for a piece. Returns false if the body has to be refused. */
  take(bytes: number): boolean;
  leave(): void;
}

interface Body {
  readonly caller: string;
  bytes: number;
  /** Ends the reading of the body, which leaves the room. */
  refuse(): void;
}

/**
 * The memory for bodies that are being read, of all requests together. When it is full, the caller who uses most of it
 * is refused, so that a caller who sends many bodies slowly does not keep others from publishing.
 */
export class BodyRoom {
  private readonly bodies = new Set<Body>();
  private used = 0;

  constructor(private readonly maxBytes: number) {}

  enter(caller: string, refuse: () => void): BodyPlace {
    const body: Body = { caller, bytes: 0, refuse };
    this.bodies.add(body);
    return {
      take: (bytes) => {
        body.bytes += bytes;
        this.used += bytes;
        return this.used <= this.maxBytes || this.makeRoom(caller);
      },
      leave: () => {
        if (this.bodies.delete(body)) this.used -= body.bytes;
      },
    };
  }

  /** Refuses bodies of other callers until there is room. Returns false if no other caller uses more than this one. */
  private makeRoom(caller: string): boolean {
    while (this.used > this.maxBytes) {
      const largest = this.largestUser(caller);
      if (largest === caller) return false;
      const [first] = [...this.bodies].filter((body) => body.caller === largest).sort((a, b) => b.bytes - a.bytes);
      first?.refuse();
    }
    return true;
  }

  private largestUser(caller: string): string {
    const totals = new Map<string, number>();
    for (const body of this.bodies) totals.set(body.caller, (totals.get(body.caller) ?? 0) + body.bytes);
    let largest = caller;
    for (const [each, bytes] of totals) if (bytes > (totals.get(largest) ?? 0)) largest = each;
    return largest;
  }
}
