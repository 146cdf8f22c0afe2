import type { Logger } from '../../logger.js';
import type { Floor, Floors } from './floors.js';
import type { NumberUpTo } from './numbering.js';
import { PATROL_TABLE, placeOf, type Step, type Unnumbered } from './patrol-table.js';

export interface PatrolDeps {
  listUnnumbered(): Promise<readonly Unnumbered[]>;
  readonly floors: Pick<Floors, 'reach' | 'giveUp'>;
  readonly number: NumberUpTo;
  /** Queries the floor of a stream more often until it is at `highest`. */
  follow(stream: string, highest: number): void;
  /** Time that another instance has to number the deliveries of a stream that is not read here. */
  unreadMs(): number;
  /** Milliseconds. */
  now(): number;
  readonly logger: Logger;
}

/**
 * The deliveries that stay without a number: their first sequence, and the time since which this patrol has seen them
 * in this state for the same reason.
 */
interface Standing {
  readonly lowest: number;
  readonly isUnread: boolean;
  readonly since: number;
}

interface Seen extends Unnumbered {
  readonly floor: Floor;
  readonly stoodMs: number;
}

const PATROL_EVERY_MS = 5000;
/** Ten times the time that a stream takes to redeliver the messages of a dead instance. */
const PATIENCE_MS = 600_000;

/** Searches the store for deliveries without a number, including those that their instance has forgotten. */
export class Patrol {
  private readonly standing = new Map<string, Standing>();
  private dueAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly deps: PatrolDeps) {}

  /** Milliseconds until the next look. 0 or less means that the look is due. */
  dueInMs(): number {
    return this.dueAt - this.deps.now();
  }

  /** Looks at all streams once. */
  async look(): Promise<void> {
    this.dueAt = this.deps.now() + PATROL_EVERY_MS;
    try {
      const unnumbered = await this.deps.listUnnumbered();
      const streams = new Set(unnumbered.map(({ stream }) => stream));
      for (const stream of this.standing.keys()) if (!streams.has(stream)) this.standing.delete(stream);
      await Promise.all(unnumbered.map((one) => this.inspect(one)));
    } catch (error) {
      this.standing.clear();
      throw error;
    }
  }

  private async inspect(unnumbered: Unnumbered): Promise<void> {
    const { stream, highest } = unnumbered;
    const floor = await this.deps.floors.reach(stream, highest);
    const place = placeOf(floor, unnumbered);
    if (place === 'unknown') this.standing.delete(stream);
    const stoodMs = place === 'unknown' ? 0 : this.stand(unnumbered, place === 'unread');
    const patienceMs = place === 'unread' ? this.deps.unreadMs() : PATIENCE_MS;
    const steps = PATROL_TABLE[place][stoodMs < patienceMs ? 'patient' : 'overdue'];
    for (const step of steps) await this.perform(step, { ...unnumbered, floor, stoodMs });
  }

  /** The time for which the stream has been in its current state. */
  private stand({ stream, lowest }: Unnumbered, isUnread: boolean): number {
    const now = this.deps.now();
    const before = this.standing.get(stream);
    const isSame = before?.lowest === lowest && before.isUnread === isUnread;
    const since = isSame ? before.since : now;
    this.standing.set(stream, { lowest, isUnread, since });
    return now - since;
  }

  private async perform(step: Step, { stream, lowest, highest, floor, stoodMs }: Seen): Promise<void> {
    const { floors, number, follow, logger } = this.deps;
    if (step === 'number all') await number(stream, highest);
    else if (step === 'say unread') logger.warn('order.stream_unread', { stream, lowest, highest });
    else if (step === 'follow') follow(stream, highest);
    // The other steps are for streams whose floor is a number.
    if (typeof floor !== 'number') return;
    if (step === 'number to floor') await number(stream, floor);
    if (step === 'give up') {
      floors.giveUp(stream, floor);
      logger.error('order.given_up', { stream, floor, lowest, highest, stood_ms: Math.round(stoodMs) });
    }
  }
}
