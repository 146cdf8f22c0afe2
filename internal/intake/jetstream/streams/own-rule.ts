import type { StreamInfo } from 'nats';
import { makeIsCovered, makeOverlapsOne } from '../../../domain/matching/covered-by.js';
import { holdsReserved } from '../../../domain/matching/reserved.js';
import { answersRequests, holdsReservedSubjects, type Obstacle } from '../../../domain/streams/stream-obstacles.js';
import { OUR_DESCRIPTION, type StreamSettings } from '../stream-settings.js';
import { unsuitable } from './own-config.js';

export interface OwnRuleDeps {
  readonly settings: Pick<StreamSettings, 'name' | 'acknowledge'>;
  /** Prefixes of subjects on which replies come. */
  readonly inboxes: readonly string[];
  /** The subjects of the catalog of which it is said that no service answers requests on them. */
  publishOnly(): readonly string[];
  /** Subjects on which services were found that answer requests. */
  readonly served: readonly string[];
}

/**
 * Why our own stream, as it is found at the server, must not be given a subject. A stream that acknowledges answers every
 * message with a reply subject before a service can; it cannot tell a publisher from the caller of a service.
 */
export function makeOwnRule({ settings, inboxes, publishOnly, served }: OwnRuleDeps, found: StreamInfo | undefined) {
  const isTheirs = found && !unsuitable(found) && found.config.description !== OUR_DESCRIPTION;
  const theirs = isTheirs ? found.config : undefined;
  const { name, acknowledge } = settings;
  const isAnswering = theirs ? !theirs.no_ack : acknowledge !== 'off';
  const declared = new Set(isAnswering ? publishOnly() : []);
  const isServed = acknowledge === 'on' ? makeOverlapsOne(served) : () => true;
  // What a stream that others made holds already is answered whatever hukz does. A subject that ours holds is not taken out
  // of it because a service has come later: its messages would be lost.
  const isHeld = makeIsCovered((theirs ?? (acknowledge === 'on' ? found?.config : undefined))?.subjects ?? []);
  return (subject: string): Obstacle | undefined => {
    if (holdsReserved(subject, inboxes)) return holdsReservedSubjects(subject);
    if (!isAnswering || declared.has(subject) || isHeld(subject) || !isServed(subject)) return undefined;
    return answersRequests(subject, name, theirs ? 'NATS_STREAM to another name' : 'STREAM_ACK=off');
  };
}
