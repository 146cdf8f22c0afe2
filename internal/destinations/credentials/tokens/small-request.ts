import type { Request } from 'got';
import { ConnectError, DescribedFault } from '../../connection/connect-error.js';
import { describeError, type Stage } from '../../connection/describe-error.js';
import type { Fault } from '../../connection/fault-table.js';
import type { GuardedAgents } from '../../connection/guarded-agents.js';
import { MAX_HEADER_BYTES, spellBytes } from '../../http/limits.js';

export interface SmallRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface SmallAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

export interface SmallRequestOptions {
  readonly agents: GuardedAgents;
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

const MAX_BYTES = 64 * 1024;

/**
 * Makes one request whose whole answer is read, if it is small: without redirects, decompression or repetition, and
 * within the time that the signal allows. Rejects with an error that `faultOf` explains.
 */
export async function ask(request: SmallRequest, options: SmallRequestOptions): Promise<SmallAnswer> {
  // got takes 20 MB, so it is loaded only when a token is needed.
  const { default: got } = await import('got');
  options.signal.throwIfAborted();
  const { url, method, headers, body } = request;
  const stream = got.stream(url, {
    method,
    headers: { ...headers, 'user-agent': options.userAgent },
    ...(body !== undefined && { body }),
    agent: options.agents,
    followRedirect: false,
    decompress: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  // Without this listener, a late error would end the process, and its text would contain the request's secrets.
  stream.on('error', () => undefined);
  // got's own `signal` is not used, because its listener stays subscribed after the request, and an abort would then be
  // such a late error.
  const abort = () => stream.destroy(new DescribedFault('timeout', 'given up'));
  options.signal.addEventListener('abort', abort);
  try {
    return await read(stream);
  } finally {
    options.signal.removeEventListener('abort', abort);
    stream.destroy();
  }
}

async function read(stream: Request): Promise<SmallAnswer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > MAX_BYTES)
      throw new DescribedFault('bad_response', `the answer is longer than ${spellBytes(MAX_BYTES)}`);
    chunks.push(chunk);
  }
  return { status: stream.response?.statusCode ?? 0, body: Buffer.concat(chunks) };
}

/** Explains an error of `ask`. */
export function faultOf(error: unknown): Fault {
  if (error instanceof DescribedFault) return error.fault;
  const cause = typeof error === 'object' && error !== null && 'cause' in error && error.cause ? error.cause : error;
  const stage: Stage = cause instanceof ConnectError ? 'waiting' : 'sent';
  return describeError(cause, stage);
}
