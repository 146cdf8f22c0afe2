import { coveredBy } from '../matching/covered-by.js';
import { isWildcard } from '../matching/subject.js';
import { covers, overlap } from '../matching/subject-overlap.js';
import { type SubjectTransform, sourceOf, storedBy } from '../matching/subject-transform.js';
import { belongsToOthers, crosses, isHeldInPart, isStoredElsewhere, type Obstacle } from './stream-obstacles.js';

/** A stream on the server that is not ours. */
export interface ForeignStream {
  readonly name: string;
  readonly subjects: readonly string[];
  /** The retention policy. Absent means `limits`, with which a consumer takes no messages from other consumers. */
  readonly retention?: string;
  /** The transform of the subjects that the stream captures. */
  readonly transform?: SubjectTransform;
  /**
   * Messages that the stream copies from other streams under other subjects, or from other accounts and domains, whose
   * streams are not visible to hukz.
   */
  readonly copied?: readonly Copied[];
}

/** A set of messages that a stream copies. */
export interface Copied extends SubjectTransform {
  /** The stream that the messages are copied from. Two copies of one origin have the same messages. */
  readonly origin: string;
}

export interface StreamPlan {
  /**
   * The subjects of our own stream. No two of them overlap, and each other subject of ours is covered by one of them.
   */
  readonly own: readonly string[];
  /** Subjects that are read from an operator's stream, because that stream already contains them. */
  readonly foreign: readonly { readonly stream: string; readonly subject: string }[];
  /** Subjects that no stream can deliver, with the reason. Subjects that only such a subject covers are included. */
  readonly refused: ReadonlyMap<string, Obstacle>;
  /** Subjects of which only a part of the messages arrive. */
  readonly narrowed: ReadonlyMap<string, Obstacle>;
}

/** Returns why our own stream must not contain a subject that no other stream contains. */
type OwnRule = (subject: string) => Obstacle | undefined;

/**
 * Decides from which stream the messages of each registered subject come. A server lets no two subjects overlap,
 * neither in one stream nor in two. A subject that is covered by another one is therefore read with that one, and a
 * subject that only crosses another one has to be refused.
 */
export function planStreams(
  all: readonly string[],
  streams: readonly ForeignStream[],
  ownRule: OwnRule = () => undefined,
): StreamPlan {
  const barred = barredFrom(all, streams, ownRule);
  const plan = planAllowed(barred.size === 0 ? all : all.filter((subject) => !barred.has(subject)), streams);
  return barred.size === 0 ? plan : { ...plan, refused: new Map([...plan.refused, ...barred]) };
}

/** Returns the subjects that our stream must not contain and that no allowed subject includes. */
function barredFrom(
  subjects: readonly string[],
  streams: readonly ForeignStream[],
  ownRule: OwnRule,
): ReadonlyMap<string, Obstacle> {
  const found = new Map<string, Obstacle>();
  for (const subject of subjects) {
    const obstacle = ownRule(subject);
    if (obstacle && !holderOf(subject, streams)) found.set(subject, obstacle);
  }
  if (found.size === 0) return found;
  const allowed = subjects.filter((subject) => !found.has(subject));
  for (const subject of coveredBy([...found.keys()], allowed)) found.delete(subject);
  return found;
}

function planAllowed(subjects: readonly string[], streams: readonly ForeignStream[]): StreamPlan {
  const own: string[] = [];
  const foreign: { stream: string; subject: string }[] = [];
  const refused = new Map<string, Obstacle>();
  const narrowed = new Map<string, Obstacle>();
  const wildcards: string[] = [];
  const wanted = uncovered(subjects);
  for (const subject of wanted) {
    // A subject without wildcards that overlaps with another subject is covered by that subject, so only wildcards can
    // cross.
    const crossed = isWildcard(subject) ? wildcards.find((other) => overlap(other, subject)) : undefined;
    const place: Place = crossed ? { streams: [], obstacle: crosses(subject, crossed) } : placeOf(subject, streams);
    for (const stream of place.streams) foreign.push({ stream, subject });
    if (place.isOwn) own.push(subject);
    if (place.obstacle) (place.streams.length === 0 ? refused : narrowed).set(subject, place.obstacle);
    if (isWildcard(subject) && !refused.has(subject)) wildcards.push(subject);
  }
  for (const [subject, obstacle] of inheritedBy(subjects, wanted, refused)) refused.set(subject, obstacle);
  return { own: own.sort(), foreign, refused, narrowed };
}

interface Place {
  readonly isOwn?: boolean;
  readonly streams: readonly string[];
  readonly obstacle?: Obstacle;
}

function placeOf(subject: string, streams: readonly ForeignStream[]): Place {
  const holder = holderOf(subject, streams);
  // Messages can be published on a subject while another stream stores transformed messages under it. Both fire
  // webhooks.
  if (!holder) return { isOwn: true, streams: copiesOf(subject, streams) };
  const { name, transform } = holder;
  if (!isShareable(holder)) return { streams: [], obstacle: belongsToOthers(subject, holder) };
  if (!holder.subjects.some((held) => covers(held, subject)))
    return { streams: [], obstacle: isHeldInPart(subject, name) };
  if (!transform || !overlap(sourceOf(transform), subject) || covers(subject, storedBy(transform)))
    return { streams: [name] };
  const isHalf = !covers(sourceOf(transform), subject);
  return { streams: isHalf ? [name] : [], obstacle: isStoredElsewhere(subject, name, transform) };
}

const holderOf = (subject: string, streams: readonly ForeignStream[]) =>
  streams.find((stream) => stream.subjects.some((held) => overlap(held, subject)));

interface Copy {
  readonly stream: string;
  readonly origin: string;
  readonly stored: string;
}

/**
 * Returns the streams that store messages under a subject although the messages were published elsewhere. Only one copy
 * per origin is read. A copy that names its source subjects is preferred, because a copy of everything may contain no
 * message of the subject.
 */
function copiesOf(subject: string, streams: readonly ForeignStream[]): readonly string[] {
  const found = streams
    .filter(isShareable)
    .flatMap(storedCopies)
    .filter(({ stored }) => overlap(stored, subject));
  const chosen: Copy[] = [];
  for (const copy of found.sort((one, other) => Number(one.stored === '>') - Number(other.stored === '>'))) {
    const isReadHere = chosen.some(({ stream }) => stream === copy.stream);
    const isReadThere = chosen.some(({ origin, stored }) => origin === copy.origin && covers(stored, subject));
    if (isReadHere || !isReadThere) chosen.push(copy);
  }
  return [...new Set(chosen.map(({ stream }) => stream))];
}

/**
 * Returns the messages that a stream stores under other subjects than those they were published on, or that come from
 * places that hukz cannot see.
 */
function storedCopies({ name, transform, copied = [] }: ForeignStream): readonly Copy[] {
  const made = transform ? [{ ...transform, origin: name }] : [];
  return [...made, ...copied].map((one) => ({ stream: name, origin: one.origin, stored: storedBy(one) }));
}

/** Returns the subjects that no other one of them covers, each once. */
function uncovered(subjects: readonly string[]): string[] {
  const all = [...new Set(subjects)];
  const wildcards = all.filter(isWildcard);
  return all.filter((subject) => !wildcards.some((wide) => wide !== subject && covers(wide, subject)));
}

/** Returns the obstacle that a subject inherits when only refused subjects cover it. */
function inheritedBy(
  subjects: readonly string[],
  wanted: readonly string[],
  refused: ReadonlyMap<string, Obstacle>,
): readonly (readonly [string, Obstacle])[] {
  if (refused.size === 0) return [];
  const wide = wanted.filter(isWildcard);
  const uncoveredOnes = new Set(wanted);
  return subjects.flatMap((subject) => {
    if (uncoveredOnes.has(subject)) return [];
    const covering = wide.filter((other) => covers(other, subject));
    const [first = ''] = covering;
    const obstacle = refused.get(first);
    return obstacle && covering.every((other) => refused.has(other)) ? [[subject, obstacle]] : [];
  });
}

/**
 * Whether our consumer takes no messages from other consumers. With any other retention, acknowledgements decide how
 * long a message stays.
 */
const isShareable = ({ retention = 'limits' }: ForeignStream) => retention === 'limits';
