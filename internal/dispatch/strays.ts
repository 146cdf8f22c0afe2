import type { Logger } from '../logger.js';
import type { Residents } from './residents/residents.js';

export interface StraysDeps {
  /** Frees the rows of this instance that are not held; answers how many. */
  giveBackStrays(isResident: (deliveryId: string) => boolean): Promise<number>;
  readonly residents: Pick<Residents, 'has'>;
  readonly logger: Logger;
}

/**
 * Rows that bear the id of this instance although it does not hold them: their claim was committed and its answer was lost.
 * A row whose claim is committed and not answered yet looks the same; if it were freed, it would be claimed and sent a second
 * time. So no claim is under way while strays are looked for.
 */
export class Strays {
  private isSuspected = false;
  private readonly claims = new Set<Promise<unknown>>();
  private looking: Promise<unknown> | undefined;

  constructor(private readonly deps: StraysDeps) {}

  /** There may be some: the next claim of what is due looks for them first. */
  suspect(): void {
    this.isSuspected = true;
  }

  /** Runs a claim that may come beside a look. It ends when what it has claimed is held. */
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

  /** Looks for strays if there may be some. One call at a time. */
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
      const freed = await this.deps.giveBackStrays((id) => this.deps.residents.has(id));
      if (freed > 0) this.deps.logger.warn('delivery.strays_freed', { freed });
    } catch (error) {
      this.isSuspected = true;
      throw error;
    }
  }
}
