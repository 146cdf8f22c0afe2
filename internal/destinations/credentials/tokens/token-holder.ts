import type { Clock } from '../../../clock.js';
import type { FetchToken, TokenResult } from './fetch-token.js';

/**
 * A token is no longer used during this time before it expires, because the request has to arrive, and clocks differ.
 */
const MAX_MARGIN_MS = 30_000;
const MARGIN = 0.1;
/**
 * A failure is the answer to all attempts during this time, so that a backlog does not flood a token endpoint that is
 * down.
 */
const FAILURE_LASTS_MS = 5000;
/**
 * Minimum time between renewals, so that a receiver that refuses every token does not cause a new one for each request.
 */
const RENEWED_EVERY_MS = 30_000;

/** The token of one webhook. It is fetched on demand, by a single request for all attempts that wait for it. */
export class TokenHolder {
  private token: string | undefined;
  private usableUntil = 0;
  private pending: Promise<TokenResult> | undefined;
  private failure: TokenResult | undefined;
  private failedUntil = 0;
  private renewedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly fetch: FetchToken,
    private readonly clock: Clock,
  ) {}

  /** The current token, if it is valid long enough. */
  current(): string | undefined {
    return this.clock.monotonic() < this.usableUntil ? this.token : undefined;
  }

  obtain(): Promise<TokenResult> {
    return this.recentFailure === undefined ? this.fresh() : Promise.resolve(this.recentFailure);
  }

  /** Whether there is a token, or a recent failure that counts as the answer. */
  get isDecided(): boolean {
    return this.current() !== undefined || this.recentFailure !== undefined;
  }

  /** Fetches a new token, even if there is one. */
  fresh(): Promise<TokenResult> {
    this.pending ??= this.fetchOnce().finally(() => {
      this.pending = undefined;
    });
    return this.pending;
  }

  /**
   * Returns another token than the one that the receiver refused, or undefined when the token was renewed only
   * recently.
   */
  renew(refusedToken: string): Promise<TokenResult> | undefined {
    const current = this.current();
    if (current !== undefined && current !== refusedToken)
      return Promise.resolve({ ok: true, token: current, lifetimeMs: this.usableUntil - this.clock.monotonic() });
    if (current === undefined) return this.obtain();
    const now = this.clock.monotonic();
    if (now - this.renewedAt < RENEWED_EVERY_MS) return undefined;
    this.renewedAt = now;
    this.token = undefined;
    return this.fresh();
  }

  private get recentFailure(): TokenResult | undefined {
    return this.clock.monotonic() < this.failedUntil ? this.failure : undefined;
  }

  private async fetchOnce(): Promise<TokenResult> {
    const askedAt = this.clock.monotonic();
    const result = await this.fetch();
    if (result.ok) {
      this.failure = undefined;
      this.token = result.token;
      this.usableUntil = askedAt + result.lifetimeMs - Math.min(MAX_MARGIN_MS, result.lifetimeMs * MARGIN);
    } else {
      this.failure = result;
      this.failedUntil = this.clock.monotonic() + FAILURE_LASTS_MS;
    }
    return result;
  }
}
