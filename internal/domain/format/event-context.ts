import type { Occurrence } from './format.js';

/** The attributes of a CloudEvent that is built from a message. */
export interface EventContext {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
}

/**
 * Characters that CloudEvents 1.0, "Type System", excludes from a String. The decoder of subjects never produces lone
 * surrogates.
 */
const NOT_ALLOWED = /[\p{Cc}\p{Noncharacter_Code_Point}]/gu;

/** Builds the attributes. The id is that of the message, so it is the same for all receivers and on every attempt. */
export function eventContext({ id, subject, receivedAt }: Occurrence): EventContext {
  return {
    specversion: '1.0',
    id,
    source: '/hukz',
    type: subject.replace(NOT_ALLOWED, encodeURIComponent),
    time: new Date(receivedAt).toISOString(),
  };
}
