import { invalid } from './emitter-error.js';
import type { Reader } from './read.js';

const ID = /^[a-z0-9][a-z0-9._/-]{0,99}$/;
const MAX_EVENTS = 1000;

/** Reads the id of an emitter. @throws {EmitterError} */
export function readId(id: unknown): string {
  if (typeof id === 'string' && ID.test(id)) return id;
  const rule = 'must be 1 to 100 characters of a-z, 0-9, ".", "_", "/" and "-", and begin with a letter or a digit';
  throw invalid('id', rule);
}

/** Reads the events of a new emitter, each of them once. @throws {EmitterError} */
export function readEvents(events: unknown, readEvent: Reader<string>): readonly string[] {
  if (!Array.isArray(events) || events.length === 0) throw invalid('events', 'must be a list of at least one event');
  if (events.length > MAX_EVENTS) throw invalid('events', `there are at most ${MAX_EVENTS} events`);
  return [...new Set(events.map((event: unknown) => readEvent('events', event)))];
}

/** Returns the body of an event: bytes as they are, and any other value as JSON. @throws {EmitterError} */
export function readPayload(payload: unknown): Uint8Array {
  return payload instanceof Uint8Array ? payload : toJson(payload);
}

function toJson(payload: unknown): Uint8Array {
  try {
    const text: unknown = JSON.stringify(payload);
    if (typeof text === 'string') return new TextEncoder().encode(text);
  } catch (error) {
    throw invalid('payload', `cannot be written as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw invalid('payload', 'must be a value that JSON can express');
}
