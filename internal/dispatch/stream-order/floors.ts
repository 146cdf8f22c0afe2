import type { Logger } from '../../logger.js';

/**
 * The sequence up to which everything of a stream is committed. 'unread' is a stream that is not read here, and
 * undefined means that the floor is unknown now.
 */
export type Floor = number | 'unread' | undefined;

export interface FloorsDeps {
  acknowledgedUpTo(stream: string, known: number): Promise<Floor>;
  onError(error: unknown): void;
  readonly logger: Logger;
}

/** The floors of the streams, and the streams whose floor is no longer waited for. */
export class Floors {
  private readonly abandoned = new Map<string, number>();
  /** Streams that have not answered since an error of theirs was logged. */
  private readonly silent = new Set<string>();

  constructor(private readonly deps: FloorsDeps) {}

  /**
   * The sequence up to which a stream may be numbered now: its floor, or `highest` while the floor is where it was
   * given up.
   */
  async reach(stream: string, highest: number): Promise<Floor> {
    const floor = await this.ask(stream, highest);
    const stuckAt = this.abandoned.get(stream);
    if (stuckAt === undefined || typeof floor !== 'number') return floor;
    if (floor === stuckAt) return highest;
    this.abandoned.delete(stream);
    this.deps.logger.info('order.kept_again', { stream, floor });
    return floor;
  }

  /** Stops waiting for a stream as long as its floor stays here. */
  giveUp(stream: string, floor: number): void {
    this.abandoned.set(stream, floor);
  }

  /** A stream that cannot be queried must neither stop the others nor fill the log. */
  private async ask(stream: string, highest: number): Promise<Floor> {
    try {
      const floor = await this.deps.acknowledgedUpTo(stream, highest);
      this.silent.delete(stream);
      return floor;
    } catch (error) {
      if (!this.silent.has(stream)) this.deps.onError(error);
      this.silent.add(stream);
      return undefined;
    }
  }
}
