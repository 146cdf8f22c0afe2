import type { MessageLimit, MessageLimits, OverLimit } from '../../domain/limits/message-limits.js';
import { MessageRates } from '../../domain/limits/message-rates.js';
import { spacesReached } from '../../domain/matching/isolation.js';
import type { MessageHead } from '../../domain/matching/message-view.js';
import type { KnownSpaces } from '../../domain/matching/space-names.js';

export interface SpaceLimitsDeps {
  /** The spaces of the catalog. */
  spaces(): KnownSpaces;
  /** Number of live instances, which share each rate. */
  instances(): number;
  /** The number of deliveries that a space is owed, as far as this instance knows. */
  pendingOf(spaceId: number): number;
  /** Gets each message that is beyond a limit. */
  onOver(over: OverLimit): void;
  /** Monotonic milliseconds. */
  now(): number;
}

/** A wait that is long enough for the next count of what is owed. */
const PENDING_WAIT_MS = 2000;

/**
 * The limits of spaces for messages. A message counts for the spaces that it names and can reach. One that names no
 * space is not a tenant's, and has no limit. While no space has a limit, a message costs one comparison.
 */
export class SpaceLimits {
  private readonly rates = new MessageRates();

  constructor(private readonly deps: SpaceLimitsDeps) {}

  /** Whether a space has a limit, so that messages have to be judged. */
  get isOn(): boolean {
    return this.deps.spaces().hasLimits;
  }

  /** Judges a message that can be refused: counts it, or returns the limit that refuses it. */
  admit(message: MessageHead, bytes: number): OverLimit | undefined {
    for (const [spaceId, limits] of this.limitsOf(message)) {
      const over =
        this.tooLarge(spaceId, limits, bytes) ?? this.tooMany(spaceId, limits) ?? this.tooFast(spaceId, limits);
      if (over) return this.noted(over);
    }
    return undefined;
  }

  /**
   * Judges a message of a stream, which must not be lost. Returns the limit of its size, for a message that has to be
   * set aside, or the rate, for a message that has to be delayed. A message that only exceeds `pending` is accepted and
   * noted: in its stream it would hold up the messages of all other spaces.
   */
  pace(message: MessageHead, bytes: number): OverLimit | undefined {
    let later: OverLimit | undefined;
    for (const [spaceId, limits] of this.limitsOf(message)) {
      const large = this.tooLarge(spaceId, limits, bytes);
      if (large) return this.noted(large);
      const fast = this.tooFast(spaceId, limits, 'spread');
      if (fast && (fast.waitMs ?? 0) > (later?.waitMs ?? 0)) later = this.noted(fast);
      const many = this.tooMany(spaceId, limits);
      if (many) this.noted(many);
    }
    return later;
  }

  /** Forgets the rates of spaces that have none any more. */
  forgetUnused(): void {
    const spaces = this.deps.spaces();
    this.rates.keepOnly((id) => spaces.limitsOf(id)?.messagesPerSecond !== undefined);
  }

  private *limitsOf(message: MessageHead): Generator<readonly [number, MessageLimits]> {
    const spaces = this.deps.spaces();
    for (const id of spacesReached(message, spaces)) {
      const limits = spaces.limitsOf(id);
      if (limits) yield [id, limits];
    }
  }

  private tooLarge(spaceId: number, { messageBytes: max }: MessageLimits, bytes: number): OverLimit | undefined {
    return max === undefined || bytes <= max ? undefined : over('message_bytes', spaceId, max, undefined);
  }

  private tooMany(spaceId: number, { pending: max }: MessageLimits): OverLimit | undefined {
    if (max === undefined || this.deps.pendingOf(spaceId) < max) return undefined;
    return over('pending', spaceId, max, PENDING_WAIT_MS);
  }

  private tooFast(
    spaceId: number,
    { messagesPerSecond: max }: MessageLimits,
    how: 'consume' | 'spread' = 'consume',
  ): OverLimit | undefined {
    if (max === undefined) return undefined;
    const rate = { perSecond: max, parts: this.deps.instances() };
    const waitMs = this.rates[how](spaceId, this.deps.now(), rate);
    return waitMs === 0 ? undefined : over('messages_per_second', spaceId, max, waitMs);
  }

  private noted(over: OverLimit): OverLimit {
    this.deps.onOver(over);
    return over;
  }
}

const over = (limit: MessageLimit, spaceId: number, max: number, waitMs: number | undefined): OverLimit => ({
  limit,
  spaceId,
  max,
  waitMs,
});
