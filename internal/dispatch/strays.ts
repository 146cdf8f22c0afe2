import type { Logger } from '../logger.js';
import type { Residents } from './residents/residents.js';

export interface StraysDeps {
  /** Releases the rows of this instance that are not resident. Returns their number. */
  unclaimStrays(isResident: (deliveryId: string) => boolean): Promise<number>;
  readonly residents: Pick<Residents, 'has'>;
  readonly logger: Logger;
}

/**
 * Strays are rows that this instance owns although they are not resident: their claim was committed and its answer was
 * lost. A row whose claim is committed and not answered yet looks the same. If it were released, it would be claimed
 * and sent a second time. Therefore no claim is under way during a look for strays.
 */
export class Strays {
  private isSuspected = false;
  private readonly claims = new Set<Promise<unknown>>();
  private looking: Promise<unknown> | undefined;

  constructor(private readonly deps: StraysDeps) {}

  /** Notes that there may be strays. The next claim of due deliveries looks for them first. */
  suspect(): void {
    this.isSuspected = true;
  }

  /** Runs a claim that may coincide with a look. It ends when the claimed deliveries are resident. */
  async claimApart<T>(claim: () => Promise<T>): Promise<T> {
    while (this.looking) await this.looking;
    const claiming = claim();
    this.claims.add(claiming);
    try {
      return await claiming;
    } catch (error) {
      this.isSuspected = true;
      throw error;
    } finally {
      this.claims.delete(claiming);
    }
  }

  /** Looks for strays if there may be some. Only one call at a time is allowed. */
  async free(): Promise<void> {
    if (!this.isSuspected) return;
    const look = this.look();
    this.looking = look.catch(() => undefined);
    try {
      await look;
    } finally {
      this.looking = undefined;
    }
  }

  private async look(): Promise<void> {
    await Promise.allSettled(this.claims);
    this.isSuspected = false;
    try {
      const freed = await this.deps.unclaimStrays((id) => this.deps.residents.has(id));
      if (freed > 0) this.deps.logger.warn('delivery.strays_freed', { freed });
    } catch (error) {
      this.isSuspected = true;
      throw error;
    }
  }
}
