import type { Publication } from '../../domain/message/publication.js';
import { makePublication } from './message-parts.js';
import type { RequestHead } from './request-head.js';

const NAMES = { subject: 'Hukz-Event', key: 'Idempotency-Key', payload: 'the body' } as const;

/** The body is the payload, and headers of the request say everything else. */
export function rawMessage(payload: Uint8Array, head: RequestHead, maxBytes: number): Publication {
  const { subject = '', contentType, idempotencyKey: key, options, trace, named } = head;
  const type = contentType === undefined ? [] : ([['Content-Type', contentType]] as const);
  const headers = [...options, ...type, ...trace, ...named];
  return makePublication({ subject, headers, payload, key, names: NAMES }, maxBytes);
}
