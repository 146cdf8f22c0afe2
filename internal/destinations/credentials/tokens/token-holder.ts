import type { Clock } from '../../../clock.js';
import type { FetchToken, TokenResult } from './fetch-token.js';

/** A token is not used any more so long before it ends: the request has to arrive, and clocks differ. */
const MAX_MARGIN_MS = 30_000;
const MARGIN = 0.1;
/** A failure is everybody's answer for so long: a backlog must not knock at a token endpoint that is down. */
const FAILURE_LASTS_MS = 5000;
/** A receiver that refuses every token does not get a new one for each request. */
const RENEWED_EVERY_MS = 30_000;

/** The token of one webhook: fetched when it is wanted, by one request whoever waits for it. */
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

  /** The token that is there and lasts. */
  known(): string | undefined {
    return this.clock.monotonic() < this.usableUntil ? this.token : undefined;
  }

  obtain(): Promise<TokenResult> {
    return this.recentFailure === undefined ? this.fresh() : Promise.resolve(this.recentFailure);
  }

  /** Whether there is a token, or a failure that is the answer for now. */
  get isDecided(): boolean {
    return this.known() !== undefined || this.recentFailure !== undefined;
  }

  /** A new one, whatever is known. */
  fresh(): Promise<TokenResult> {
    this.pending ??= this.fetchOnce().finally(() => {
      this.pending = undefined;
    });
    return this.pending;
  }

  /** Another one than that which the receiver refused; undefined when there was another only a moment ago. */
  renew(refusedToken: string): Promise<TokenResult> | undefined {
    const known = this.known();
    if (known !== undefined && known !== refusedToken)
      return Promise.resolve({ ok: true, token: known, lifetimeMs: this.usableUntil - this.clock.monotonic() });
    if (known === undefined) return this.obtain();
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
