import type { ListedStreams } from './streams.js';

/**
 * Everything that decides where messages are read, as one text. While the text stays the same, there is nothing to plan
 * again.
 */
export function pictureOf({ own, foreign }: ListedStreams): string {
  const {
    subjects = [],
    retention,
    max_age,
    max_bytes,
    num_replicas,
    duplicate_window,
    no_ack,
    subject_transform,
  } = own?.config ?? {};
  const ours = [
    own?.created,
    [...subjects].sort(),
    retention,
    max_age,
    max_bytes,
    num_replicas,
    duplicate_window,
    no_ack,
    subject_transform,
  ];
  const theirs = foreign.map(({ lastSequence: _, ...stream }) => stream).sort((a, b) => (a.name < b.name ? -1 : 1));
  return JSON.stringify([ours, theirs]);
}
