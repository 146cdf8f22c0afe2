/** Messages a millisecond from which they are asked for in bulk. */
const MANY = 3;
/** And below which they may come one by one again. */
const FEW = 2;
const PAUSE_MS = 16;
/** So long do messages come in bulk before they are counted again: a publisher that waits for a moment is not few. */
const COUNT_FOR_MS = 250;

/** Whether what a request asks for comes as it is published, or all at once that has come since the last one. */
export type PullStyle = 'flowing' | 'in bulk';

/**
 * How a consumer is asked. One by one, nothing waits, but nats-server, its consumer and our socket are woken for each. Thousands
 * a second are taken sixteen milliseconds' worth at a time instead: measured, 6 µs less of nats-server's CPU and 2 to 8 µs less of
 * ours a message, W1j at 0.86 of W1 for 0.81 (medians of ten and twenty rounds).
 */
export class PullPace {
  style: PullStyle = 'flowing';
  private messages = 0;

  /** Times are milliseconds of one clock. */
  constructor(private since: number) {}

  /** A message came. */
  count(): void {
    this.messages++;
  }

  /** A request ended: answers after how many milliseconds the next one may be sent. */
  ended(now: number): number {
    const elapsed = now - this.since;
    if (this.style === 'flowing' || elapsed >= COUNT_FOR_MS) {
      const least = this.style === 'flowing' ? MANY : FEW;
      this.style = this.messages > least * elapsed ? 'in bulk' : 'flowing';
      this.messages = 0;
      this.since = now;
    }
    return this.style === 'in bulk' ? PAUSE_MS : 0;
  }
}
