import { Agent, type Dispatcher } from 'undici';
import { describeError, type Stage } from '../../internal/destinations/connection/describe-error.js';
import type { UnreachableReason } from '../../internal/domain/delivery/outcome.js';

/** A request as the application gets it. */
export interface LocalRequest {
  readonly method: string;
  /** All headers except those of HTTP itself: name, value, name, value … */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

export type LocalAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Name, value, name, value …, with names in lower case. */
      readonly headers: readonly string[];
      /** The first `MAX_ANSWER_BYTES` of the body. */
      readonly body: Uint8Array;
    }
  | { readonly kind: 'failed'; readonly reason: UnreachableReason; readonly error: string };

export interface Forwarder {
  /** Sends one request to the application. It never rejects. */
  forward(request: LocalRequest): Promise<LocalAnswer>;
  /** Ends the running requests. */
  close(): Promise<void>;
}

/** The part of an answer's body that hukz keeps, as for a receiver. */
export const MAX_ANSWER_BYTES = 16 * 1024;

/** Makes the sender of requests to an application on this machine. Redirects are not followed, as by the service. */
export function makeForwarder(to: URL, timeoutMs: number): Forwarder {
  const agent = new Agent({ connect: { timeout: timeoutMs }, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });

  async function forward({ method, headers, body }: LocalRequest): Promise<LocalAnswer> {
    const late = AbortSignal.timeout(timeoutMs);
    let stage: Stage = 'sent';
    try {
      const answer = await agent.request({
        origin: to.origin,
        path: to.pathname + to.search,
        method: method as Dispatcher.HttpMethod,
        headers: [...headers],
        body,
        signal: late,
      });
      stage = 'answered';
      const answered = await firstBytes(answer.body);
      return { kind: 'answered', status: answer.statusCode, headers: flat(answer.headers), body: answered };
    } catch (error) {
      if (late.aborted) return { kind: 'failed', reason: 'timeout', error: `no answer within ${timeoutMs / 1000} s` };
      const { reason, description } = describeError(error, stage);
      const isOurs = reason === 'local_fault' || reason === 'forbidden_address';
      return { kind: 'failed', reason: isOurs ? 'connect' : reason, error: description };
    }
  }

  return { forward, close: () => agent.destroy() };
}

/** Reads a body up to the bytes that are kept. The rest is not read, so that an endless answer ends here. */
async function firstBytes(body: Dispatcher.ResponseData['body']): Promise<Uint8Array> {
  const kept: Buffer[] = [];
  let room = MAX_ANSWER_BYTES;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    kept.push(chunk.subarray(0, room));
    room -= chunk.length;
    if (room <= 0) break;
  }
  return Buffer.concat(kept);
}

const flat = (headers: Dispatcher.ResponseData['headers']): readonly string[] =>
  Object.entries(headers).flatMap(([name, value = '']) => [name, [value].flat().join(', ')]);
