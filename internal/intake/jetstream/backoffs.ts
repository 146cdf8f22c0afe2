import type { Refusal } from './refusal.js';

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 60_000;

interface Failure {
  readonly refusal: Refusal;
  readonly delayMs: number;
  readonly retryAt: number;
}

/**
 * The refusals by key, and the time at which each key may be tried again: after 1 s, then after twice as long each
 * time, up to 60 s.
 */
export class Backoffs {
  private readonly all = new Map<string, Failure>();

  constructor(private readonly now: () => number) {}

  add(key: string, refusal: Refusal): void {
    const before = this.all.get(key);
    const delayMs = before ? Math.min(2 * before.delayMs, MAX_DELAY_MS) : FIRST_DELAY_MS;
    this.all.set(key, { refusal, delayMs, retryAt: this.now() + delayMs });
  }

  of(key: string): Refusal | undefined {
    return this.all.get(key)?.refusal;
  }

  mayTry(key: string): boolean {
    return (this.all.get(key)?.retryAt ?? 0) <= this.now();
  }

  /** Whether a failed key may be tried again. */
  get isDue(): boolean {
    return [...this.all.values()].some(({ retryAt }) => retryAt <= this.now());
  }

  /** Allows an immediate retry of everything, because the server may be another one now. */
  hurry(): void {
    for (const [key, failure] of this.all) this.all.set(key, { ...failure, retryAt: 0 });
  }

  delete(key: string): void {
    this.all.delete(key);
  }

  /** Forgets all other keys. */
  retainOnly(keys: ReadonlySet<string>): void {
    for (const key of this.all.keys()) if (!keys.has(key)) this.all.delete(key);
  }
}
