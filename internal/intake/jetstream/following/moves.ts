import { overlapping } from '../../../domain/matching/covered-by.js';
import { isWildcard } from '../../../domain/matching/subject.js';
import { covers } from '../../../domain/matching/subject-overlap.js';
import type { StreamPlan } from '../../../domain/streams/stream-plan.js';
import type { Logger } from '../../../logger.js';
import type { PullTarget } from '../pull-target.js';
import type { ListedStream } from '../streams/streams.js';
import type { WantedConsumer } from '../wanted-consumer.js';
import { OURS, type RecalledPlaces } from './recall-places.js';

interface Seen {
  readonly created: string;
  readonly lastSequence: number;
}

/** A former consumer that is read until it is empty. */
interface LeftConsumer extends WantedConsumer {
  /**
   * Messages after this sequence belong to the consumers that replace it. Absent means that there was no look since
   * those were made.
   */
  readonly until?: number;
}

/** The streams that contain the subjects. */
type Places = ReadonlyMap<string, readonly string[]>;

interface Surroundings {
  readonly plan: StreamPlan;
  readonly streams: readonly ListedStream[];
  /** The registered subjects. */
  readonly subjects: readonly string[];
}

/**
 * Subjects that other programs move from one stream to another while the subjects are registered, or that remain when a
 * wider event is deleted. The new stream is read from its position at our last look, whatever `DELIVER_POLICY` says
 * about new events. The former consumer is read until it has none of the messages left.
 */
export class Moves {
  private seen: ReadonlyMap<string, Seen> = new Map();
  private places: Places = new Map();
  private consumers: readonly WantedConsumer[] = [];
  private lingering: readonly LeftConsumer[] = [];

  private recalled: RecalledPlaces['places'] = new Map();
  private isBegun = false;

  constructor(private readonly deps: { readonly logger: Logger }) {}

  /** Whether the former places of the subjects are still unknown. */
  get isNew(): boolean {
    return !this.isBegun;
  }

  /** The former consumers that are read until they are empty. */
  get left(): readonly WantedConsumer[] {
    return this.lingering;
  }

  /** Sets, before the first plan, where the subjects were when an instance last ran. */
  recall({ places, left }: RecalledPlaces): void {
    this.recalled = places;
    this.places = new Map([...places].map(([subject, { stream }]) => [subject, [stream]]));
    this.consumers = left;
  }

  /**
   * The wanted consumers with the positions where they begin, and the former consumers that are read until they are
   * empty.
   */
  begin(wanted: readonly WantedConsumer[], { plan, streams, subjects }: Surroundings): readonly WantedConsumer[] {
    const before = new Map(this.consumers.map((one) => [keyOf(one), one]));
    const now = placesOf(plan);
    const begun = wanted.map((one) => {
      // A consumer that could not be made yet still begins where it should have begun.
      const begin = this.beginOf(one, now) ?? before.get(keyOf(one))?.begin;
      return begin === undefined ? one : { ...one, begin };
    });
    const keys = new Set(begun.map(keyOf));
    const there = new Map(streams.map(({ name, created }) => [name, created]));
    const isLeft = (one: LeftConsumer) =>
      one.filter !== undefined &&
      !keys.has(keyOf(one)) &&
      there.get(one.target.stream) === one.created &&
      overlapping(subjects, one.filter).length > 0;
    this.lingering = unique([...this.lingering, ...this.consumers])
      .filter(isLeft)
      .map(toLeft);
    this.consumers = begun;
    return [...begun, ...this.lingering];
  }

  /**
   * Stores which consumers are read now, so that a later plan can be compared with them. The database knows the
   * positions of those consumers.
   */
  followed({ plan, streams }: Omit<Surroundings, 'subjects'>, isRead: (target: PullTarget) => boolean): void {
    this.consumers = this.consumers.map((one) => (isRead(one.target) ? withoutBegin(one) : one));
    const places = placesOf(plan);
    for (const subject of plan.refused.keys()) {
      const before = this.places.get(subject);
      if (before !== undefined) places.set(subject, before);
    }
    for (const [subject, now] of places) {
      const before = this.places.get(subject);
      if (before === undefined || before.some((place) => now.includes(place))) continue;
      this.deps.logger.warn('event.moved', { event: subject, from: before.join(', '), to: now.join(', ') });
    }
    this.places = places;
    this.recalled = new Map();
    this.isBegun = true;
    this.look(streams);
  }

  look(streams: readonly ListedStream[]): void {
    this.seen = new Map(streams.map(({ name, created, lastSequence }) => [name, { created, lastSequence }]));
  }

  /**
   * Forgets the former consumers that are empty according to a look after the one that set their end. Returns the
   * forgotten consumers.
   */
  dropDrained(
    streams: readonly ListedStream[],
    isDrained: (target: PullTarget, until: number) => boolean,
  ): readonly PullTarget[] {
    const drained = this.lingering.filter(({ target, until }) => until !== undefined && isDrained(target, until));
    const last = new Map(streams.map(({ name, lastSequence }) => [name, lastSequence]));
    this.lingering = this.lingering
      .filter((one) => !drained.includes(one))
      .map((one) => {
        const until = one.until ?? last.get(one.target.stream);
        return until === undefined ? one : { ...one, until };
      });
    return drained.map(({ target }) => target);
  }

  private beginOf({ target, filter, created }: WantedConsumer, now: Places): WantedConsumer['begin'] {
    if (filter === undefined) return undefined;
    const before = this.placeOf(filter);
    if (!before) return undefined;
    const recalled = this.recalled.get(filter);
    if (recalled) return recalled.begin;
    const seen = this.seen.get(target.stream);
    const wasThere = this.places.get(filter)?.includes(target.stream) === true;
    if (seen?.created === created) return wasThere ? undefined : { sequence: seen.lastSequence + 1 };
    // A stream that is added to streams that are still read is a new one, and nothing was moved to it.
    const isBeside = !wasThere && before.some((place) => now.get(filter)?.includes(place));
    return isBeside ? undefined : 'all';
  }

  /** The place where a subject was read, alone or with a wider subject. */
  private placeOf(subject: string): readonly string[] | undefined {
    const own = this.places.get(subject);
    if (own) return own;
    for (const [wide, place] of this.places) if (isWildcard(wide) && covers(wide, subject)) return place;
    return undefined;
  }
}

const toLeft = (one: LeftConsumer): LeftConsumer => ({ ...one, isLeft: true });
const withoutBegin = ({ begin: _, ...one }: WantedConsumer): WantedConsumer => one;

function placesOf({ own, foreign }: StreamPlan): Map<string, readonly string[]> {
  const places = new Map<string, readonly string[]>(own.map((subject) => [subject, [OURS]]));
  for (const { stream, subject } of foreign) places.set(subject, [...(places.get(subject) ?? []), stream]);
  return places;
}

const keyOf = ({ target, created }: WantedConsumer) => `${target.stream}\n${target.consumer}\n${created}`;
const unique = <T extends WantedConsumer>(all: readonly T[]) => [
  ...new Map(all.map((one) => [keyOf(one), one])).values(),
];
