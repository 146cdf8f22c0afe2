import type { StreamInfo } from 'nats';
import { makeIsCovered, makeOverlapsOne } from '../../../domain/matching/covered-by.js';
import { holdsReserved } from '../../../domain/matching/reserved.js';
import { answersRequests, holdsReservedSubjects, type Obstacle } from '../../../domain/streams/stream-obstacles.js';
import { OUR_DESCRIPTION, type StreamSettings } from '../stream-settings.js';
import { unsuitable } from './own-config.js';

export interface OwnRuleDeps {
  readonly settings: Pick<StreamSettings, 'name' | 'acknowledge'>;
  /** Prefixes of subjects on which replies arrive. */
  readonly inboxes: readonly string[];
  /** The subjects of the catalog that are declared to have no service that answers requests on them. */
  publishOnly(): readonly string[];
  /** Subjects on which services were found that answer requests. */
  readonly served: readonly string[];
}

/**
 * The reason why our own stream, in its state at the server, must not get a subject. A stream that acknowledges answers
 * every message with a reply subject before a service can. It cannot distinguish a publisher from the caller of a
 * service.
 */
export function makeOwnRule({ settings, inboxes, publishOnly, served }: OwnRuleDeps, found: StreamInfo | undefined) {
  const isTheirs = found && !unsuitable(found) && found.config.description !== OUR_DESCRIPTION;
  const theirs = isTheirs ? found.config : undefined;
  const { name, acknowledge } = settings;
  const isAnswering = theirs ? !theirs.no_ack : acknowledge !== 'off';
  const declared = new Set(isAnswering ? publishOnly() : []);
  const isServed = acknowledge === 'on' ? makeOverlapsOne(served) : () => true;
  // Subjects that a stream of another program contains already are answered regardless of hukz. A subject in our stream
  // is not removed because a service appeared later: its messages would be lost.
  const isHeld = makeIsCovered((theirs ?? (acknowledge === 'on' ? found?.config : undefined))?.subjects ?? []);
  return (subject: string): Obstacle | undefined => {
    if (holdsReserved(subject, inboxes)) return holdsReservedSubjects(subject);
    if (!isAnswering || declared.has(subject) || isHeld(subject) || !isServed(subject)) return undefined;
    return answersRequests(subject, name, theirs ? 'NATS_STREAM to another name' : 'STREAM_ACK=off');
  };
}
