import { covers } from '../../../domain/matching/subject-overlap.js';
import type { RememberedConsumer } from '../positions/remembered-consumer.js';
import type { PullTarget } from '../pull-target.js';
import type { BeginAt } from '../stream-settings.js';
import type { ListedStream } from '../streams/streams.js';
import type { WantedConsumer } from '../wanted-consumer.js';

export interface RecalledPlaces {
  /** The former places of subjects that are in another stream now. */
  readonly places: ReadonlyMap<string, { readonly stream: string; readonly begin: BeginAt }>;
  /** The former consumers of subjects that are elsewhere now. The rest of their messages has to be read. */
  readonly left: readonly WantedConsumer[];
}

export interface RecallDeps {
  readonly subjects: readonly string[];
  readonly wanted: readonly WantedConsumer[];
  readonly streams: readonly ListedStream[];
  readonly own: PullTarget;
  /** The name of the consumer that reads one subject of a foreign stream. */
  nameOf(subject: string): string;
}

/** The name of our own stream as a place. */
export const OURS = 'our own stream';

/**
 * The clocks of the database and of NATS may differ. The new stream did not contain the subject before, so that an
 * earlier time costs nothing.
 */
const EARLIER_MS = 60_000;

/**
 * Finds the subjects that were moved to another stream while no instance ran. The name of a consumer follows from its
 * subject, so that a row of the same consumer under another stream shows where the subject was. A subject without any
 * row was read with a wider subject that has been deleted since, or was in our stream.
 */
export function recallPlaces(remembered: readonly RememberedConsumer[], deps: RecallDeps): RecalledPlaces {
  const { wanted, own, streams } = deps;
  const there = new Map(streams.map((stream) => [stream.name, stream]));
  const latest = [...remembered].sort((one, other) => other.seenAt - one.seenAt);
  const isOwn = ({ stream, consumer }: PullTarget) => stream === own.stream && consumer === own.consumer;
  const ours = latest.find(isOwn);
  const places = new Map<string, { stream: string; begin: BeginAt }>();
  for (const { target, filter } of wanted) {
    if (filter === undefined) continue;
    const its = latest.filter(({ consumer }) => consumer === target.consumer);
    const wider = latest.find((one) => one.filter !== null && covers(one.filter, filter));
    const before = its[0] ?? wider ?? ours;
    if (!before || its.some(({ stream }) => stream === target.stream)) continue;
    const place = isOwn(before) ? OURS : before.stream;
    // The messages that the stream contains already belong to the consumer of the wider subject, which is read until it
    // is empty.
    const last = place === target.stream ? there.get(place)?.lastSequence : undefined;
    const since = new Date(before.seenAt - EARLIER_MS).toISOString();
    places.set(filter, { stream: place, begin: last === undefined ? { since } : { sequence: last + 1 } });
  }
  return {
    places,
    left: leftBehind(
      latest.filter((one) => !isOwn(one)),
      there,
      deps,
    ),
  };
}

/**
 * This also applies to a stream with `interest` retention: it keeps the messages for our consumer, and our
 * acknowledgements remove none from other consumers.
 */
function leftBehind(
  remembered: readonly RememberedConsumer[],
  there: ReadonlyMap<string, ListedStream>,
  { subjects, nameOf }: RecallDeps,
): readonly WantedConsumer[] {
  if (remembered.length === 0) return [];
  const subjectOf = new Map(subjects.map((subject) => [nameOf(subject), subject]));
  return remembered.flatMap(({ stream, consumer, streamCreated: created, filter: written }) => {
    const filter = written ?? subjectOf.get(consumer);
    const found = there.get(stream);
    if (filter === undefined || found?.created !== created || found.retention === 'workqueue') return [];
    return [{ target: { stream, consumer }, created, filter }];
  });
}
