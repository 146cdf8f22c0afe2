import type { StreamInfo } from 'nats';
import { coveredBy } from '../../domain/covered-by.js';
import { holdsReserved } from '../../domain/reserved.js';
import { answersRequests, holdsReservedSubjects, type Obstacle } from '../../domain/stream-obstacles.js';
import { unsuitable } from './own-config.js';
import { OUR_DESCRIPTION, type StreamSettings } from './stream-settings.js';

export interface OwnRuleDeps {
  readonly settings: Pick<StreamSettings, 'name' | 'acknowledges'>;
  /** Prefixes of subjects on which replies come. */
  readonly inboxes: readonly string[];
  /** The subjects on which no service answers requests. */
  publishOnly(): readonly string[];
}

/** Why our own stream, as it is found at the server, must not be given a subject. */
export function makeOwnRule({ settings, inboxes, publishOnly }: OwnRuleDeps, found: StreamInfo | undefined) {
  const isTheirs = found && !unsuitable(found) && found.config.description !== OUR_DESCRIPTION;
  const theirs = isTheirs ? found.config : undefined;
  const isAnswering = theirs ? !theirs.no_ack : settings.acknowledges;
  const answerable = new Set(isAnswering ? publishOnly() : []);
  // What a stream that others made holds already is answered whatever hukz does.
  const held = theirs?.subjects ?? [];
  return (subject: string): Obstacle | undefined => {
    if (holdsReserved(subject, inboxes)) return holdsReservedSubjects(subject);
    if (!isAnswering || answerable.has(subject) || coveredBy([subject], held).length > 0) return undefined;
    return answersRequests(subject, settings.name, theirs ? 'NATS_STREAM to another name' : 'STREAM_ACK=false');
  };
}
