import type { DegradationReason } from './degradation.js';
import { isWildcard } from './subject.js';
import { covers, overlap } from './subject-overlap.js';

/** A stream of the server that is not ours. */
export interface ForeignStream {
  readonly name: string;
  readonly subjects: readonly string[];
  /** Absent: `limits`, where a consumer takes nothing from others. */
  readonly retention?: string;
}

/** Why no stream can give us the messages of a subject. */
export interface Obstacle {
  readonly reason: DegradationReason;
  /** What is wrong and what to do. */
  readonly problem: string;
}

export interface StreamPlan {
  /** What our own stream is to hold: no two overlap, every other one of ours is covered. */
  readonly own: readonly string[];
  /** What an operator's stream holds already: read there, by subject. */
  readonly foreign: readonly { readonly stream: string; readonly subject: string }[];
  /** What no stream can give us, and why; with what is covered by such a subject alone. */
  readonly refused: ReadonlyMap<string, Obstacle>;
}

/**
 * Decides where the messages of each registered subject come from. A server lets no two subjects overlap, neither in one
 * stream nor in two: what is covered by another subject comes with it, what only crosses one has to be refused.
 */
export function planStreams(subjects: readonly string[], streams: readonly ForeignStream[]): StreamPlan {
  const own: string[] = [];
  const foreign: { stream: string; subject: string }[] = [];
  const refused = new Map<string, Obstacle>();
  const wildcards: string[] = [];
  const wanted = uncovered(subjects);
  for (const subject of wanted) {
    // A subject without wildcards that overlaps with another one is covered by it: only wildcards can cross.
    const crossed = isWildcard(subject) ? wildcards.find((other) => overlap(other, subject)) : undefined;
    const holder = streams.find((stream) => stream.subjects.some((held) => overlap(held, subject)));
    if (crossed) refused.set(subject, crosses(subject, crossed));
    else if (!holder) own.push(subject);
    else if (!SHAREABLE.has(holder.retention ?? 'limits')) refused.set(subject, belongsToOthers(subject, holder));
    else if (holder.subjects.some((held) => covers(held, subject))) foreign.push({ stream: holder.name, subject });
    else refused.set(subject, isHeldInPart(subject, holder.name));
    if (isWildcard(subject) && !refused.has(subject)) wildcards.push(subject);
  }
  for (const [subject, obstacle] of inheritedBy(subjects, wanted, refused)) refused.set(subject, obstacle);
  return { own: own.sort(), foreign, refused };
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

/** Retentions with which a message stays for others whatever we read and acknowledge. */
const SHAREABLE = new Set(['limits']);

const crosses = (subject: string, other: string): Obstacle => ({
  reason: 'subject_overlap',
  problem: `"${subject}" overlaps with the registered "${other}" without being a part of it, which a stream cannot hold: register subjects that do not cross.`,
});

const isHeldInPart = (subject: string, stream: string): Obstacle => ({
  reason: 'subject_overlap',
  problem: `The stream ${stream} of this server holds a part of "${subject}", and no two streams may overlap: let it hold all of it, or register what it holds.`,
});

// A mirror or source is no way out: it empties a work queue as well (nats-server 2.9 and 2.15).
const belongsToOthers = (subject: string, { name, retention }: ForeignStream): Obstacle => ({
  reason: 'stream_unsuitable',
  problem:
    `"${subject}" is in the stream ${name}, whose retention is "${retention}": a consumer of hukz would take messages from those who work on them, or keep them there. ` +
    `Let the stream republish them (republish: {"src": "${subject}", "dest": "copy.${subject}"}) and register "copy.${subject}", or use INTAKE=core.`,
});
