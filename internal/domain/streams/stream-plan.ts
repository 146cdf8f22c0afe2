import { coveredBy } from '../matching/covered-by.js';
import { isWildcard } from '../matching/subject.js';
import { covers, overlap } from '../matching/subject-overlap.js';
import { type SubjectTransform, sourceOf, storedBy } from '../matching/subject-transform.js';
import { belongsToOthers, crosses, isHeldInPart, isStoredElsewhere, type Obstacle } from './stream-obstacles.js';

/** A stream of the server that is not ours. */
export interface ForeignStream {
  readonly name: string;
  readonly subjects: readonly string[];
  /** Absent: `limits`, where a consumer takes nothing from others. */
  readonly retention?: string;
  /** How it rewrites the subjects that it captures. */
  readonly transform?: SubjectTransform;
  /** What it copies from other streams under other subjects, or from other accounts and domains, whose streams we do not see. */
  readonly copied?: readonly Copied[];
}

/** What a stream copies. */
export interface Copied extends SubjectTransform {
  /** The stream that it is copied from: two copies of one origin have the same messages. */
  readonly origin: string;
}

export interface StreamPlan {
  /** What our own stream is to hold: no two overlap, every other one of ours is covered. */
  readonly own: readonly string[];
  /** What an operator's stream holds already: read there, by subject. */
  readonly foreign: readonly { readonly stream: string; readonly subject: string }[];
  /** What no stream can give us, and why; with what is covered by such a subject alone. */
  readonly refused: ReadonlyMap<string, Obstacle>;
  /** What comes, but not all of it. */
  readonly narrowed: ReadonlyMap<string, Obstacle>;
}

/** Why our own stream must not hold a subject that no other stream holds. */
type OwnRule = (subject: string) => Obstacle | undefined;

/**
 * Decides where the messages of each registered subject come from. A server lets no two subjects overlap, neither in one
 * stream nor in two: what is covered by another subject comes with it, what only crosses one has to be refused.
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

/** What our stream must not hold, and no allowed subject brings with it. */
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
    // A subject without wildcards that overlaps with another one is covered by it: only wildcards can cross.
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
  // A subject may be published, and besides be stored by a stream that makes it of others: both fire.
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
 * The streams that store messages under a subject although nobody publishes them to it here. Of one origin a single copy is
 * read, rather one that names what it copies: one that copies everything may have nothing of the subject.
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

/** What a stream stores under other subjects than it was published under, or from where we do not see it. */
function storedCopies({ name, transform, copied = [] }: ForeignStream): readonly Copy[] {
  const made = transform ? [{ ...transform, origin: name }] : [];
  return [...made, ...copied].map((one) => ({ stream: name, origin: one.origin, stored: storedBy(one) }));
}

/** The subjects that no other one of them covers, each once. */
function uncovered(subjects: readonly string[]): string[] {
  const all = [...new Set(subjects)];
  const wildcards = all.filter(isWildcard);
  return all.filter((subject) => !wildcards.some((wide) => wide !== subject && covers(wide, subject)));
}

/** What a subject that is covered by refused ones only has to suffer with them. */
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

/** Whether a consumer of ours takes nothing from others: with any other retention a message stays or goes by acknowledgements. */
const isShareable = ({ retention = 'limits' }: ForeignStream) => retention === 'limits';
