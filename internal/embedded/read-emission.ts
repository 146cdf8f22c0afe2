import { isWildcard, parseSubject } from '../domain/matching/subject.js';
import { envelope } from '../domain/message/envelope.js';
import { parseRequestId } from '../domain/message/headers/request-id.js';
import { isJson } from '../domain/message/json-bytes.js';
import type { Message } from '../domain/message/message.js';
import { echo } from '../domain/text/echo.js';
import { messageOf } from '../errors.js';
import { invalid } from './emitter-error.js';

/** The arguments of `emit`, which may come from a caller without types. */
export interface Emission {
  readonly event: string;
  readonly payload: unknown;
  readonly requestId: string;
}

const ID = /^[a-z0-9][a-z0-9._/-]{0,99}$/;
const MAX_EVENTS = 1000;

/** Makes the message of an event. @throws {EmitterError} */
export function readEmission({ event, payload, requestId }: Emission, id: string, receivedAt: number): Message {
  const subject = readEvent('event', event);
  if (isWildcard(subject)) throw invalid('event', 'an emitted event has no wildcards');
  const given = typeof requestId === 'string' ? parseRequestId(requestId) : undefined;
  if (!given?.ok) throw invalid('requestId', given?.problem ?? 'must be a text');
  const bytes = payload instanceof Uint8Array ? payload : toJson(payload);
  const isKnown = bytes === payload ? isJson(bytes) : true;
  const headers = [['hukz-request-id', requestId]] as const;
  return { id, receivedAt, subject, headers, ...envelope(subject, receivedAt, bytes, isKnown) };
}

/** Reads the id of an emitter. @throws {EmitterError} */
export function readId(id: unknown): string {
  if (typeof id === 'string' && ID.test(id)) return id;
  const rule = 'must be 1 to 100 characters of a-z, 0-9, ".", "_", "/" and "-", and begin with a letter or a digit';
  throw invalid('id', rule);
}

/** Reads the events of a new emitter. @throws {EmitterError} */
export function readEvents(events: unknown): readonly string[] {
  if (!Array.isArray(events) || events.length === 0) throw invalid('events', 'must be a list of at least one event');
  if (events.length > MAX_EVENTS) throw invalid('events', `there are at most ${MAX_EVENTS} events`);
  return events.map((event: unknown) => readEvent('events', event));
}

function readEvent(source: string, event: unknown): string {
  if (typeof event !== 'string') throw invalid(source, 'an event must be a text');
  const subject = parseSubject(event, { allowAll: true });
  if (!subject.ok) throw invalid(source, `"${echo(event)}" is not an event: ${subject.problem}`);
  return subject.value;
}

function toJson(payload: unknown): Uint8Array {
  try {
    const text: unknown = JSON.stringify(payload);
    if (typeof text === 'string') return Buffer.from(text);
  } catch (error) {
    throw invalid('payload', `cannot be written as JSON: ${messageOf(error)}`);
  }
  throw invalid('payload', 'must be a value that JSON can express');
}
