import { isShareable } from '../../domain/stream-plan.js';
import type { PullTarget } from './pull-target.js';
import type { BeginAt } from './stream-settings.js';
import type { ListedStream } from './streams.js';
import type { WantedConsumer } from './wanted-consumer.js';

/** A consumer that some instance has read, as the database remembers it. */
export interface RememberedConsumer extends PullTarget {
  readonly streamCreated: string;
  /** Milliseconds since 1970: when its position changed the last time. */
  readonly seenAt: number;
}

export interface RecalledPlaces {
  /** Of subjects that are in another stream now. */
  readonly places: ReadonlyMap<string, { readonly stream: string; readonly begin: BeginAt }>;
  /** Of subjects that are elsewhere now: the rest of what they hold has to be read. */
  readonly left: readonly WantedConsumer[];
}

export interface RecallDeps {
  readonly subjects: readonly string[];
  readonly wanted: readonly WantedConsumer[];
  readonly streams: readonly ListedStream[];
  readonly own: PullTarget;
  /** The name of the consumer that reads one subject of a stream of others. */
  nameOf(subject: string): string;
}

/** How our own stream is named as a place. */
export const OURS = 'our own stream';

/** The clocks of the database and of NATS may differ. The new stream did not hold the subject before, so earlier costs nothing. */
const EARLIER_MS = 60_000;

/**
 * Finds which subjects were moved to another stream while no instance ran. The name of a consumer follows from its subject, so
 * that a row of the same consumer under another stream says where the subject was; a subject without any row was in our stream.
 */
export function recallPlaces(remembered: readonly RememberedConsumer[], deps: RecallDeps): RecalledPlaces {
  const { wanted, own } = deps;
  const latest = [...remembered].sort((one, other) => other.seenAt - one.seenAt);
  const isOwn = ({ stream, consumer }: PullTarget) => stream === own.stream && consumer === own.consumer;
  const ours = latest.find(isOwn);
  const places = new Map<string, { stream: string; begin: BeginAt }>();
  for (const { target, filter } of wanted) {
    if (filter === undefined) continue;
    const its = latest.filter(({ consumer }) => consumer === target.consumer);
    const before = its[0] ?? ours;
    if (!before || its.some(({ stream }) => stream === target.stream)) continue;
    const since = new Date(before.seenAt - EARLIER_MS).toISOString();
    places.set(filter, { stream: isOwn(before) ? OURS : before.stream, begin: { since } });
  }
  return {
    places,
    left: leftBehind(
      latest.filter((one) => !isOwn(one)),
      deps,
    ),
  };
}

function leftBehind(remembered: readonly RememberedConsumer[], deps: RecallDeps): readonly WantedConsumer[] {
  if (remembered.length === 0) return [];
  const subjectOf = new Map(deps.subjects.map((subject) => [deps.nameOf(subject), subject]));
  const there = new Map(deps.streams.map((stream) => [stream.name, stream]));
  return remembered.flatMap(({ stream, consumer, streamCreated: created }) => {
    const filter = subjectOf.get(consumer);
    const found = there.get(stream);
    if (filter === undefined || found?.created !== created || !isShareable(found)) return [];
    return [{ target: { stream, consumer }, created, filter }];
  });
}
