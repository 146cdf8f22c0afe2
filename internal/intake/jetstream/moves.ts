import { coveredBy } from '../../domain/covered-by.js';
import type { StreamPlan } from '../../domain/stream-plan.js';
import type { Logger } from '../../logger.js';
import { OURS, type RecalledPlaces } from './recall-places.js';
import type { ListedStream } from './streams.js';
import type { WantedConsumer } from './wanted-consumer.js';

interface Seen {
  readonly created: string;
  readonly lastSequence: number;
}

/**
 * Subjects that others move from one stream to another while they are registered: the new stream is read from where it was
 * when we last saw it, whatever `DELIVER_POLICY` says of new events, and the old one until nothing of them is left in it.
 */
export class Moves {
  private seen: ReadonlyMap<string, Seen> = new Map();
  private places: ReadonlyMap<string, string> = new Map();
  private consumers: readonly WantedConsumer[] = [];
  private lingering: readonly WantedConsumer[] = [];

  private recalled: RecalledPlaces['places'] = new Map();
  private isBegun = false;

  constructor(private readonly deps: { readonly logger: Logger }) {}

  /** Whether nothing is known yet of where the subjects were. */
  get isNew(): boolean {
    return !this.isBegun;
  }

  /** Before the first plan: where the subjects were when an instance ran the last time. */
  recall({ places, left }: RecalledPlaces): void {
    this.recalled = places;
    this.places = new Map([...places].map(([subject, { stream }]) => [subject, stream]));
    this.consumers = left;
  }

  /** The wanted consumers with where they begin, and those that are left to be emptied. */
  begin(
    wanted: readonly WantedConsumer[],
    streams: readonly ListedStream[],
    subjects: readonly string[],
  ): readonly WantedConsumer[] {
    const before = new Map(this.consumers.map((one) => [keyOf(one), one]));
    const begun = wanted.map((one) => {
      // One that could not be made yet still begins where it should have.
      const begin = this.beginOf(one) ?? before.get(keyOf(one))?.begin;
      return begin === undefined ? one : { ...one, begin };
    });
    const keys = new Set(begun.map(keyOf));
    const there = new Map(streams.map(({ name, created }) => [name, created]));
    this.lingering = unique([...this.lingering, ...this.consumers]).filter(
      (one) =>
        one.filter !== undefined &&
        !keys.has(keyOf(one)) &&
        there.get(one.target.stream) === one.created &&
        coveredBy([one.filter], subjects).length > 0,
    );
    this.consumers = begun;
    return [...begun, ...this.lingering];
  }

  /** What is read now, so that a later plan can be compared with it. */
  followed(plan: StreamPlan, streams: readonly ListedStream[]): void {
    const places = new Map<string, string>(plan.own.map((subject) => [subject, OURS]));
    for (const { stream, subject } of plan.foreign) places.set(subject, stream);
    for (const subject of plan.refused.keys()) {
      const before = this.places.get(subject);
      if (before !== undefined) places.set(subject, before);
    }
    for (const [subject, place] of places) {
      const before = this.places.get(subject);
      if (before === undefined || before === place) continue;
      this.deps.logger.warn('event.moved', { event: subject, from: before, to: place });
    }
    this.places = places;
    this.recalled = new Map();
    this.isBegun = true;
    this.look(streams);
  }

  look(streams: readonly ListedStream[]): void {
    this.seen = new Map(streams.map(({ name, created, lastSequence }) => [name, { created, lastSequence }]));
  }

  /** Forgets what was emptied; answers whether there was any. */
  dropDrained(isDrained: (one: WantedConsumer) => boolean): boolean {
    const left = this.lingering.filter((one) => !isDrained(one));
    const isFewer = left.length < this.lingering.length;
    this.lingering = left;
    return isFewer;
  }

  private beginOf({ target, filter, created }: WantedConsumer): WantedConsumer['begin'] {
    if (filter === undefined || !this.places.has(filter)) return undefined;
    const recalled = this.recalled.get(filter);
    if (recalled) return recalled.begin;
    const seen = this.seen.get(target.stream);
    const isSame = seen?.created === created;
    if (isSame && this.places.get(filter) === target.stream) return undefined;
    return isSame ? { sequence: seen.lastSequence + 1 } : 'all';
  }
}

const keyOf = ({ target, created }: WantedConsumer) => `${target.stream}\n${target.consumer}\n${created}`;
const unique = (all: readonly WantedConsumer[]) => [...new Map(all.map((one) => [keyOf(one), one])).values()];
