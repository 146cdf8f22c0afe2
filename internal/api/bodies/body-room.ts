/** The memory of one body, from its first byte until its request has been answered. */
export interface BodyPlace {
  /** The body is being read. `refuse` ends the reading, because another caller needs the memory. */
  begin(refuse: () => void): void;
  /** Reserves memory for a piece. Returns false if the body has to be refused. */
  take(bytes: number): boolean;
  /** The body has been read, or its reading has failed. From now on it is not refused. */
  end(): void;
}

interface Body {
  readonly caller: string;
  bytes: number;
  refuse: (() => void) | undefined;
}

/** The part of the memory that one caller may have, unless with a single body. The rest is always there for others. */
const MAX_SHARE = 3 / 4;

/**
 * The memory for bodies of all requests together, while they are read and until they are answered: a body that has been
 * read may wait for the database. No caller has all of it with several bodies, because those that wait cannot be
 * refused. When the memory is full, bodies of the caller who uses most of it are refused while they are still being
 * read, so that a caller who sends many bodies slowly does not keep others from publishing.
 */
export class BodyRoom {
  private readonly bodies = new Set<Body>();
  private readonly usedBy = new Map<string, number>();
  private used = 0;

  /** @param onRefused called with the caller of each body that is refused */
  constructor(
    private readonly maxBytes: number,
    private readonly onRefused: (caller: string) => void,
  ) {}

  /** Does the work of a request, whose body occupies memory until the work is done. */
  async during<T>(caller: string, work: (place: BodyPlace) => Promise<T>): Promise<T> {
    const body: Body = { caller, bytes: 0, refuse: undefined };
    this.bodies.add(body);
    try {
      return await work(this.placeOf(body));
    } finally {
      this.remove(body);
    }
  }

  private placeOf(body: Body): BodyPlace {
    return {
      begin: (refuse) => {
        body.refuse = refuse;
      },
      take: (bytes) => {
        body.bytes += bytes;
        const used = this.count(body.caller, bytes);
        const isWithinShare = used === body.bytes || used <= this.maxBytes * MAX_SHARE;
        if (isWithinShare && (this.used <= this.maxBytes || this.makeRoom(body.caller))) return true;
        this.onRefused(body.caller);
        return false;
      },
      end: () => {
        body.refuse = undefined;
      },
    };
  }

  private remove(body: Body): void {
    if (this.bodies.delete(body)) this.count(body.caller, -body.bytes);
  }

  /** Adds to the memory that a caller uses. Returns the sum. */
  private count(caller: string, bytes: number): number {
    this.used += bytes;
    const used = (this.usedBy.get(caller) ?? 0) + bytes;
    if (used > 0) this.usedBy.set(caller, used);
    else this.usedBy.delete(caller);
    return used;
  }

  /** Refuses bodies of other callers until there is room. Returns false if no other caller uses more than this one. */
  private makeRoom(caller: string): boolean {
    while (this.used > this.maxBytes) {
      const largest = this.largestUser(caller);
      const [first] = [...this.bodies]
        .filter((body) => body.caller === largest && body.refuse)
        .sort((a, b) => b.bytes - a.bytes);
      if (largest === caller || !first) return false;
      this.remove(first);
      this.onRefused(largest);
      first.refuse?.();
    }
    return true;
  }

  private largestUser(caller: string): string {
    let largest = caller;
    for (const [each, bytes] of this.usedBy) if (bytes > (this.usedBy.get(largest) ?? 0)) largest = each;
    return largest;
  }
}
