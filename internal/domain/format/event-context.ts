import type { Occurrence } from './format.js';

/** The attributes of a CloudEvent that is made of a message. */
export interface EventContext {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
}

/** CloudEvents 1.0, "Type System": what a String may not hold. Lone surrogates do not come out of the decoder of subjects. */
const NOT_ALLOWED = /[\p{Cc}\p{Noncharacter_Code_Point}]/gu;

/** The id is the message's: the same for all its receivers, on every attempt. */
export function eventContext({ id, subject, receivedAt }: Occurrence): EventContext {
  return {
    specversion: '1.0',
    id,
    source: '/hukz',
    type: subject.replace(NOT_ALLOWED, encodeURIComponent),
    time: new Date(receivedAt).toISOString(),
  };
}
