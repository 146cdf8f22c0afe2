import type { Degradation } from '../domain/streams/degradation.js';
import type { Logger } from '../logger.js';
import { OncePerChange } from '../once-per-change.js';
import type { ErasureWork } from '../store/erasure/sweep-erased.js';

type Seen = Pick<ErasureWork, 'waiting' | 'problem'>;

/** The rest of erased messages, as this instance last saw it. */
export class ErasureWatch {
  private last: Seen = { waiting: 0, problem: undefined };
  private readonly said = new OncePerChange();

  constructor(private readonly logger: Pick<Logger, 'warn'>) {}

  /** Number of messages that are emptied, and of which a delivery or a copy is left. */
  get waiting(): number {
    return this.last.waiting;
  }

  see({ waiting, problem }: Seen): void {
    this.last = { waiting, problem };
    if (problem === undefined) this.said.end('');
    else if (this.said.isNew('', problem)) this.logger.warn('erasure.waits', { messages: waiting, because: problem });
  }

  degraded(): readonly Degradation[] {
    const { waiting, problem } = this.last;
    if (problem === undefined) return [];
    return [{ reason: 'erasure_waits', problem: `something is left of ${waiting} erased messages: ${problem}` }];
  }
}
