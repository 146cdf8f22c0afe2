import { isWildcard } from './subject.js';
import { covers, overlap } from './subject-overlap.js';

/** A stream of the server that is not ours. */
export interface ForeignStream {
  readonly name: string;
  readonly subjects: readonly string[];
}

export interface StreamPlan {
  /** What our own stream is to hold: no two overlap, every other one of ours is covered. */
  readonly own: readonly string[];
  /** What an operator's stream holds already: read there, by subject. */
  readonly foreign: readonly { readonly stream: string; readonly subject: string }[];
  /** What no stream can give us, and why. */
  readonly refused: ReadonlyMap<string, string>;
}

/**
 * Decides where the messages of each registered subject come from. A server lets no two subjects overlap, neither in one
 * stream nor in two: what is covered by another subject comes with it, what only crosses one has to be refused.
 */
export function planStreams(subjects: readonly string[], streams: readonly ForeignStream[]): StreamPlan {
  const own: string[] = [];
  const foreign: { stream: string; subject: string }[] = [];
  const refused = new Map<string, string>();
  const wildcards: string[] = [];
  for (const subject of uncovered(subjects)) {
    // A subject without wildcards that overlaps with another one is covered by it: only wildcards can cross.
    const crossed = isWildcard(subject) ? wildcards.find((other) => overlap(other, subject)) : undefined;
    const holder = streams.find((stream) => stream.subjects.some((held) => overlap(held, subject)));
    if (crossed) refused.set(subject, crosses(subject, crossed));
    else if (!holder) own.push(subject);
    else if (holder.subjects.some((held) => covers(held, subject))) foreign.push({ stream: holder.name, subject });
    else refused.set(subject, isHeldInPart(subject, holder.name));
    if (isWildcard(subject) && !refused.has(subject)) wildcards.push(subject);
  }
  return { own: own.sort(), foreign, refused };
}

/** The subjects that no other one of them covers, each once. */
function uncovered(subjects: readonly string[]): string[] {
  const all = [...new Set(subjects)];
  const wildcards = all.filter(isWildcard);
  return all.filter((subject) => !wildcards.some((wide) => wide !== subject && covers(wide, subject)));
}

const crosses = (subject: string, other: string) =>
  `"${subject}" overlaps with the registered "${other}" without being a part of it, which a stream cannot hold`;

const isHeldInPart = (subject: string, stream: string) =>
  `the stream ${stream} of this server holds a part of "${subject}", and no two streams may overlap`;
