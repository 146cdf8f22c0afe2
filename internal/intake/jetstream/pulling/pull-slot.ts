import type { Subscription } from 'nats';
import type { PullLimits } from './pull-limits.js';

/** A request without an answer for this time was accepted, because the server refuses immediately. */
const ACCEPTED_AFTER_MS = 2000;
const FIRST_REST_MS = 500;
const MAX_REST_MS = 30_000;
/** A single refusal may be the election of a leader or a server that shuts down. */
const REFUSALS_BEFORE_REPORT = 2;

/**
 * A slot for one request at a time. A message has its own subject, so that only the subscription shows which request it
 * answers.
 */
export class PullSlot {
  /** Number of messages that were requested and have not arrived. 0 means that no request is under way. */
  left = 0;
  timer: NodeJS.Timeout | undefined;
  private asked: PullLimits | undefined;
  private askedAt = 0;
  /** Number of consecutive refused or unanswered requests. */
  private failures = 0;
  private statusText = '';
  private isResting = false;
  /** Whether the last request had no answer. Only an answer ends this state. */
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

  /** The amounts that the last request asked for. */
  get request(): PullLimits | undefined {
    return this.asked;
  }

  /** The request was not answered in time. Returns the wait before the next request. */
  miss(): number {
    this.isSilent = true;
    return this.fail(
      'a request got no answer; the NATS user of hukz may lack permissions for $JS.API.CONSUMER.MSG.NEXT.> or its inbox, or subscriptions',
    );
  }

  /** The request was refused. Returns the wait before the next request. */
  refuse(statusText: string): number {
    this.isSilent = false;
    return this.fail(statusText);
  }

  private fail(statusText: string): number {
    this.statusText = statusText;
    this.isResting = true;
    return Math.min(FIRST_REST_MS * 2 ** this.failures++, MAX_REST_MS);
  }

  succeed(): void {
    this.failures = 0;
    this.isSilent = false;
  }

  /** The reason why the requests are refused, if the refusals are not over. */
  problem(now: number): string | undefined {
    return this.failures >= REFUSALS_BEFORE_REPORT && !this.isAccepted(now) ? this.statusText : undefined;
  }

  /** Whether messages have arrived for the request, or can arrive. */
  isAccepted(now: number): boolean {
    if (this.left === 0 || this.isResting || !this.asked) return false;
    return this.left < this.asked.messages || (!this.isSilent && now - this.askedAt > ACCEPTED_AFTER_MS);
  }
}
