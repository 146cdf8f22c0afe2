import { buffer } from 'node:stream/consumers';
import { ErrorCode, type MsgHdrs, headers as makeHeaders, NatsError } from 'nats';
import { CommandFailed } from './command-failed.js';
import { connectNats } from './connect-nats.js';
import type { Invocation } from './invocation.js';

export interface PublishOptions {
  readonly subject: string;
  /** The message, or `-`: standard input. */
  readonly payload: string;
  readonly headers: readonly string[];
  /** Wait for the service's answer and print it. */
  readonly request: boolean;
}

const ANSWER_WITHIN_MS = 10_000;

/** `hukz publish`: one message, its bytes as they are given. */
export async function publish(here: Invocation, options: PublishOptions): Promise<void> {
  const headers = parseHeaders(options.headers);
  const bytes = options.payload === '-' ? await buffer(process.stdin) : Buffer.from(options.payload);
  const connection = await connectNats(here);
  try {
    if (options.request) {
      const answer = await connection.request(options.subject, bytes, { timeout: ANSWER_WITHIN_MS, headers });
      process.stdout.write(`${answer.string()}\n`);
    } else {
      connection.publish(options.subject, bytes, { headers });
      await connection.flush();
      process.stdout.write(`published ${bytes.length} bytes to ${options.subject}\n`);
    }
  } catch (error) {
    throw explain(error, options.subject);
  } finally {
    await connection.close();
  }
}

function parseHeaders(texts: readonly string[]): MsgHdrs {
  const headers = makeHeaders();
  for (const text of texts) {
    const colon = text.indexOf(':');
    if (colon < 1) throw new CommandFailed(`--header ${text}: a header is written key:value`);
    headers.append(text.slice(0, colon).trim(), text.slice(colon + 1).trim());
  }
  return headers;
}

function explain(error: unknown, subject: string): unknown {
  if (!(error instanceof NatsError)) return error;
  if (error.code === ErrorCode.NoResponders) {
    return new CommandFailed(`nobody listens on ${subject}: is an event registered for it, and does a hukz run?`);
  }
  if (error.code === ErrorCode.Timeout) return new CommandFailed(`no answer within ${ANSWER_WITHIN_MS / 1000} s`);
  return new CommandFailed(`${subject}: ${error.message}`);
}
