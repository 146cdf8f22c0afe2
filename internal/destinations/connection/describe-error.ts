import { errors } from 'undici';
import type { AttemptOutcome } from '../../domain/delivery/outcome.js';
import { MAX_HEADER_BYTES, spellBytes } from '../http/limits.js';
import { ConnectError, DescribedFault } from './connect-error.js';
import { CLOSED, FAULTS, type Fault, PARSER_FAULTS } from './fault-table.js';

/**
 * The progress of a request: no byte of it was sent, it was sent, the first byte of an answer arrived, or its status
 * was read.
 */
export type Stage = 'waiting' | 'sent' | 'answering' | 'answered';

const CLOSED_TEXTS: Readonly<Record<Stage, string>> = {
  waiting: 'closed while connecting',
  sent: 'closed before answering',
  answering: 'closed in the middle of the headers',
  answered: 'closed before the end of the body',
};

/**
 * Explains an error. The text is written by hukz, because an error's own text may contain a URL, and a URL may contain
 * a password.
 */
export function describeError(error: unknown, stage: Stage): Fault {
  const faults = causesOf(error).map((cause) => faultOf(cause, stage));
  // For a name with several addresses, the failure is ours only when each address failed for a reason of ours.
  return faults.find((fault) => fault.reason !== 'local_fault') ?? faults[0] ?? unknownFault('no reason', stage);
}

export function outcomeOf(fault: Fault): AttemptOutcome {
  const { reason, description } = fault;
  if (reason === 'local_fault' || reason === 'forbidden_address') return { kind: reason, error: description };
  return { kind: 'unreachable', reason, error: description };
}

/** Whether undici refused the request, so that the connection is not the cause. */
export function isAboutRequest(error: unknown): boolean {
  return error instanceof errors.ClientDestroyedError || FAULTS.get(codeOf(error))?.reason === 'bad_request';
}

/**
 * Returns the error's code, otherwise its name. The check looks at the shape, because an error of Node is not an
 * instance of our `Error` inside a VM context.
 */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'name' in error && typeof error.name === 'string' ? error.name : 'no name';
}

function causesOf(error: unknown): readonly unknown[] {
  if (error instanceof ConnectError) return causesOf(error.cause);
  const several = typeof error === 'object' && error !== null && 'errors' in error ? error.errors : [];
  return Array.isArray(several) && several.length > 0 ? several : [error];
}

function faultOf(error: unknown, stage: Stage): Fault {
  if (error instanceof DescribedFault) return error.fault;
  const code = codeOf(error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return { reason: 'bad_response', description: `headers larger than ${spellBytes(MAX_HEADER_BYTES)}` };
  if (error instanceof errors.SocketError && error.message === 'bad upgrade')
    return { reason: 'bad_response', description: 'the answer breaks HTTP (101 without being asked)' };
  if (error instanceof errors.HTTPParserError)
    return { reason: 'bad_response', description: describeParserError(error) };
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH')
    return {
      reason: 'bad_response',
      description: stage === 'answered' ? CLOSED_TEXTS.answered : 'the answer has two lengths',
    };
  if (CLOSED.has(code)) return { reason: stage === 'waiting' ? 'connect' : 'closed', description: CLOSED_TEXTS[stage] };
  return FAULTS.get(code) ?? unknownFault(code, stage);
}

/**
 * undici passes llhttp's reason only in brackets. The reason is a constant of llhttp and never contains a byte of the
 * answer.
 */
function describeParserError(error: Error): string {
  const reason = /\(([^()]+)\)$/.exec(error.message)?.[1] ?? 'no reason';
  return PARSER_FAULTS.get(reason) ?? `the answer breaks HTTP (${reason})`;
}

function unknownFault(code: string, stage: Stage): Fault {
  if (/^(CERT_|ERR_SSL_|ERR_TLS_|UNABLE_TO_|EPROTO$)/.test(code))
    return { reason: 'tls', description: `TLS failed (${code})` };
  if (stage === 'answering') return { reason: 'bad_response', description: `the answer breaks HTTP (${code})` };
  return { reason: stage === 'waiting' ? 'connect' : 'bad_response', description: `the request failed (${code})` };
}
