import { type SubjectTransform, storedBy, transformed } from '../matching/subject-transform.js';
import type { DegradationReason } from './degradation.js';

/** The reason why no stream can deliver the messages of a subject, or not all of them. */
export interface Obstacle {
  readonly reason: DegradationReason;
  /** The problem and its remedy. */
  readonly problem: string;
}

export const crosses = (subject: string, other: string): Obstacle => ({
  reason: 'subject_overlap',
  problem: `"${subject}" overlaps with the registered "${other}" without being a part of it, which a stream cannot hold: register subjects that do not cross.`,
});

export const isHeldInPart = (subject: string, stream: string): Obstacle => ({
  reason: 'subject_overlap',
  problem: `The stream ${stream} of this server holds a part of "${subject}", and no two streams may overlap: let it hold all of it, or register what it holds.`,
});

interface Retained {
  readonly name: string;
  readonly retention?: string;
}

// A mirror or a source is no alternative, because it also empties a work queue (nats-server 2.9 and 2.15).
export const belongsToOthers = (subject: string, { name, retention }: Retained): Obstacle => ({
  reason: 'stream_unsuitable',
  problem:
    `"${subject}" is in the stream ${name}, whose retention is "${retention}": a consumer of hukz would take messages from those who work on them, or keep them there. ` +
    `Let the stream republish them (republish: {"src": "${subject}", "dest": "copy.${subject}"}) and register "copy.${subject}", or use INTAKE=core.`,
});

export const isStoredElsewhere = (subject: string, stream: string, transform: SubjectTransform): Obstacle => {
  const stored = transformed(transform, subject) ?? storedBy(transform);
  return {
    reason: 'subject_transformed',
    problem: `The stream ${stream} stores messages of "${subject}" under "${stored}" (subject_transform): register "${stored}", or take the transform out of the stream.`,
  };
};

export const holdsReservedSubjects = (subject: string): Obstacle => ({
  reason: 'subject_reserved',
  problem: `A stream that holds "${subject}" would hold subjects of the NATS server or of replies, or the results of hukz, as well: register subjects that begin with another literal token, or use INTAKE=core, where those are left out.`,
});

export const answersRequests = (subject: string, stream: string, wayOut: string): Obstacle => ({
  reason: 'not_publish_only',
  problem:
    `The stream ${stream} acknowledges messages, which answers every request to "${subject}" in place of a service on that subject: ` +
    `set "publish_only": true where no service answers on it, or let the operator set ${wayOut}.`,
});

export const isContested = (stream: string, times: number): Obstacle => ({
  reason: 'stream_contested',
  problem:
    `Something else has changed the stream ${stream} ${times} times within a minute, and what is published until hukz changes it back is lost. ` +
    'Give each installation a NATS_STREAM of its own, and all instances of one installation the same settings.',
});
