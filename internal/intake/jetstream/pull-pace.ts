/** Messages a millisecond from which they are asked for in bulk. */
const MANY = 3;
/** And below which they may come one by one again. */
const FEW = 2;
const PAUSE_MS = 16;
/** It is judged by so many messages, or by so long: neither one message nor a publisher's pause for breath says anything. */
const JUDGED_BY = 500;
const JUDGED_AFTER_MS = 250;

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
  private ofRequest = 0;

  /** Times are milliseconds of one clock; `full` is what a request asks for. */
  constructor(
    private since: number,
    private readonly full: number,
  ) {}

  /** A message came. */
  count(): void {
    this.messages++;
    this.ofRequest++;
  }

  /** A request ended: answers after how many milliseconds the next one may be sent. */
  ended(now: number): number {
    const wasFull = this.ofRequest >= this.full;
    this.ofRequest = 0;
    const elapsed = now - this.since;
    if (this.messages >= JUDGED_BY || elapsed >= JUDGED_AFTER_MS) {
      const least = this.style === 'flowing' ? MANY : FEW;
      this.style = this.messages > least * elapsed ? 'in bulk' : 'flowing';
      this.messages = 0;
      this.since = now;
    }
    return this.style === 'in bulk' && !wasFull ? PAUSE_MS : 0;
  }
}
