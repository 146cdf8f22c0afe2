import { invalid } from '../../packages/client/src/emitter/emitter-error.js';
import { readPayload } from '../../packages/client/src/emitter/read-arguments.js';
import { isWildcard, parseSubject } from '../domain/matching/subject.js';
import { envelope } from '../domain/message/envelope.js';
import { parseRequestId } from '../domain/message/headers/request-id.js';
import { isJson } from '../domain/message/json-bytes.js';
import type { Message } from '../domain/message/message.js';
import { echo } from '../domain/text/echo.js';

/** The arguments of `emit`, which may come from a caller without types. */
export interface Emission {
  readonly event: string;
  readonly payload: unknown;
  readonly requestId: string;
}

/** Makes the message of an event. @throws {EmitterError} */
export function readEmission({ event, payload, requestId }: Emission, id: string, receivedAt: number): Message {
  const subject = readEvent('event', event);
  if (isWildcard(subject)) throw invalid('event', 'an emitted event has no wildcards');
  const given = typeof requestId === 'string' ? parseRequestId(requestId) : undefined;
  if (!given?.ok) throw invalid('requestId', given?.problem ?? 'must be a text');
  const bytes = readPayload(payload);
  const isKnown = bytes === payload ? isJson(bytes) : true;
  const headers = [['hukz-request-id', requestId]] as const;
  return { id, receivedAt, subject, headers, ...envelope(subject, receivedAt, bytes, isKnown) };
}

/** Reads an event, which may have wildcards. @throws {EmitterError} */
export function readEvent(source: string, event: unknown): string {
  if (typeof event !== 'string') throw invalid(source, 'an event must be a text');
  const subject = parseSubject(event, { allowAll: true });
  if (!subject.ok) throw invalid(source, `"${echo(event)}" is not an event: ${subject.problem}`);
  return subject.value;
}
