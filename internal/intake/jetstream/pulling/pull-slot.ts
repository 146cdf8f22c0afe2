import type { Subscription } from 'nats';
import type { PullLimits } from './pull-limits.js';

/** A request of which nothing was heard for so long was accepted: the server refuses at once. */
const ACCEPTED_AFTER_MS = 2000;
const FIRST_REST_MS = 500;
const MAX_REST_MS = 30_000;
/** One may be an election of a leader or a server that goes down. */
const REFUSALS_TO_TELL = 2;

/** Room for one request at a time. A message bears its own subject, so only the subscription tells whose answer it is. */
export class PullSlot {
  /** Messages that are asked for and have not come; 0: nothing is asked for. */
  left = 0;
  timer: NodeJS.Timeout | undefined;
  private asked: PullLimits | undefined;
  private askedAt = 0;
  /** Refused or unanswered requests in a row. */
  private failures = 0;
  private words = '';
  private isResting = false;
  /** Nothing was heard of its last request; only an answer is the end of that. */
  private isSilent = false;

  constructor(
    readonly inbox: string,
    public subscription: Subscription,
  ) {}

  begin(asked: PullLimits, now: number): void {
    this.left = asked.messages;
    this.asked = asked;
    this.askedAt = now;
    this.isResting = false;
  }

  /** What its last request asked for. */
  get request(): PullLimits | undefined {
    return this.asked;
  }

  /** The request was not answered in time; returns how long to wait before the next one. */
  miss(): number {
    this.isSilent = true;
    return this.fail(
      'no answer came to a request; our user may lack permissions for $JS.API.CONSUMER.MSG.NEXT.> or its inbox, or subscriptions',
    );
  }

  /** The request was refused; returns the same. */
  refuse(words: string): number {
    this.isSilent = false;
    return this.fail(words);
  }

  private fail(words: string): number {
    this.words = words;
    this.isResting = true;
    return Math.min(FIRST_REST_MS * 2 ** this.failures++, MAX_REST_MS);
  }

  succeed(): void {
    this.failures = 0;
    this.isSilent = false;
  }

  /** Why its requests are refused, when that is not over. */
  problem(now: number): string | undefined {
    return this.failures >= REFUSALS_TO_TELL && !this.isAccepted(now) ? this.words : undefined;
  }

  /** Whether messages have come for its request, or can come. */
  isAccepted(now: number): boolean {
    if (this.left === 0 || this.isResting || !this.asked) return false;
    return this.left < this.asked.messages || (!this.isSilent && now - this.askedAt > ACCEPTED_AFTER_MS);
  }
}
