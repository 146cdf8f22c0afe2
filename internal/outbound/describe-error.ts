import type { AttemptOutcome } from '../domain/outcome.js';
import { ConnectError } from './connect-error.js';
import { CLOSED, FAULTS, type Fault } from './fault-table.js';
import { MAX_HEADER_BYTES, spellBytes, spellDuration } from './limits.js';

/** How far a request had come: no byte of it sent, sent, the first byte of an answer seen, its status read. */
export type Stage = 'waiting' | 'sent' | 'answering' | 'answered';

const CLOSED_WORDS: Readonly<Record<Stage, string>> = {
  waiting: 'closed while connecting',
  sent: 'closed before answering',
  answering: 'closed in the middle of the headers',
  answered: 'closed before the end of the body',
};

/** What an error means. The words are ours: an error's own text may carry a URL, and a URL a password. */
export function describeError(error: unknown, stage: Stage, connectTimeoutMs: number): Fault {
  const faults = causesOf(error).map((cause) => faultOf(cause, stage, connectTimeoutMs));
  // A name with several addresses: it is our failure only when each of them failed for a reason of ours.
  return faults.find((fault) => fault.reason !== 'local_fault') ?? faults[0] ?? unknownFault('no reason', stage);
}

export function outcomeOf(fault: Fault): AttemptOutcome {
  return fault.reason === 'local_fault'
    ? { kind: 'local_fault', error: fault.words }
    : { kind: 'unreachable', reason: fault.reason, error: fault.words };
}

export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function causesOf(error: unknown): readonly unknown[] {
  if (error instanceof ConnectError) return causesOf(error.cause);
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors : [error];
}

function faultOf(error: unknown, stage: Stage, connectTimeoutMs: number): Fault {
  const code = codeOf(error);
  if (code === 'HUKZ_CONNECT_TIMEOUT')
    return { reason: 'timeout', words: `could not connect within ${spellDuration(connectTimeoutMs)}` };
  if (code === 'HUKZ_LOOKUP_TIMEOUT')
    return { reason: 'local_fault', words: `the resolver did not answer within ${spellDuration(connectTimeoutMs)}` };
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return { reason: 'bad_response', words: `headers larger than ${spellBytes(MAX_HEADER_BYTES)}` };
  // undici's two names for a 100 or a 101 that nobody had asked for.
  if (error instanceof Error && code === 'UND_ERR_SOCKET' && /^bad (response|upgrade)$/.test(error.message))
    return { reason: 'bad_response', words: 'the answer breaks HTTP (100 or 101 without being asked)' };
  if (CLOSED.has(code)) return { reason: stage === 'waiting' ? 'connect' : 'closed', words: CLOSED_WORDS[stage] };
  return FAULTS.get(code) ?? unknownFault(code, stage);
}

function unknownFault(code: string, stage: Stage): Fault {
  if (/^(CERT_|ERR_SSL_|ERR_TLS_|UNABLE_TO_|EPROTO$)/.test(code))
    return { reason: 'tls', words: `TLS failed (${code})` };
  if (code.startsWith('HPE_') || stage === 'answering')
    return { reason: 'bad_response', words: `the answer breaks HTTP (${code})` };
  return { reason: stage === 'waiting' ? 'connect' : 'bad_response', words: `the request failed (${code})` };
}
