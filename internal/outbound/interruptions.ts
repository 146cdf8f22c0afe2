interface Interruptible {
  interrupt(): void;
}

/**
 * Passes an abort on to the requests that run under its signal, with one listener a signal: a listener a request
 * costs more than everything else that is done for a request here, and warns from the eleventh on.
 */
export class Interruptions {
  private readonly bySignal = new WeakMap<AbortSignal, Set<Interruptible>>();

  watch(signal: AbortSignal, running: Interruptible): void {
    const known = this.bySignal.get(signal);
    if (known) {
      known.add(running);
      return;
    }
    const fresh = new Set([running]);
    this.bySignal.set(signal, fresh);
    signal.addEventListener('abort', () => interruptAll(fresh), { once: true });
  }

  forget(signal: AbortSignal, running: Interruptible): void {
    this.bySignal.get(signal)?.delete(running);
  }
}

function interruptAll(running: ReadonlySet<Interruptible>): void {
  for (const one of [...running]) one.interrupt();
}
