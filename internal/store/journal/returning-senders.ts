/** Fewer senders gain little by sharing a commit. */
const MIN_SENDERS = 8;
/** The wait was worth it if at least this share of the expected senders came. */
const MIN_SHARE = 0.75;
/** Number of flushes without a wait after a wait that was in vain. */
const FLUSHES_WITHOUT_WAIT = 16;

/**
 * Expects senders that send one item after the answer to another, such as publishers over HTTP. After a flush, those
 * who were answered return within a millisecond or two, and the others are waiting already. Without a wait for them,
 * the senders form two groups, of which one waits for the commit of the other, and each message costs twice as many
 * commits. Senders at a rate of their own do not return, so the wait for them is tried only now and then.
 */
export class ReturningSenders {
  private expected = 0;
  private answeredAt = Number.NEGATIVE_INFINITY;
  private isAwaiting = false;
  private flushesLeft = 0;

  /** Is called when a flush was answered, with the number of senders that were answered or are waiting. */
  onAnswered(senders: number): void {
    this.expected = senders;
    this.answeredAt = performance.now();
  }

  /** Whether more senders than these are expected, because so little time has passed since the last flush. */
  areMoreThan(waiting: number, withinMs: number): boolean {
    if (this.flushesLeft > 0 || this.expected < MIN_SENDERS || waiting >= this.expected) return false;
    if (performance.now() - this.answeredAt >= withinMs) return false;
    this.isAwaiting = true;
    return true;
  }

  /** Is called when a flush begins, with the number of senders in it. */
  onFlush(senders: number): void {
    if (this.isAwaiting) this.flushesLeft = senders >= this.expected * MIN_SHARE ? 0 : FLUSHES_WITHOUT_WAIT;
    else if (this.flushesLeft > 0) this.flushesLeft--;
    this.isAwaiting = false;
  }
}
