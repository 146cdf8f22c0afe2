export interface Interruptible {
  /** Its place in the group; the group's own. */
  seat: number;
  interrupt(): void;
}

/**
 * The requests that run under one signal. An array in which the last one takes the seat of one that leaves: a Set's
 * discarded tables kept finished requests alive until the next major collection (10 µs of CPU a request).
 */
export class InterruptionGroup {
  private readonly members: Interruptible[] = [];

  join(member: Interruptible): void {
    member.seat = this.members.push(member) - 1;
  }

  leave(member: Interruptible): void {
    const last = this.members.pop();
    if (last === undefined || last === member) return;
    this.members[member.seat] = last;
    last.seat = member.seat;
  }

  interruptAll(): void {
    for (const member of [...this.members]) member.interrupt();
  }
}

/** One listener a signal: one a request would cost more, and warn from the eleventh on. */
export class Interruptions {
  private readonly bySignal = new WeakMap<AbortSignal, InterruptionGroup>();

  under(signal: AbortSignal): InterruptionGroup {
    const known = this.bySignal.get(signal);
    if (known) return known;
    const group = new InterruptionGroup();
    this.bySignal.set(signal, group);
    signal.addEventListener('abort', () => group.interruptAll(), { once: true });
    return group;
  }
}
