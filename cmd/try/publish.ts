import { buffer } from 'node:stream/consumers';
import { ErrorCode, type MsgHdrs, headers as makeHeaders, NatsError } from 'nats';
import { parseRouting } from '../../internal/domain/matching/routing.js';
import { isWildcard, parseSubject } from '../../internal/domain/matching/subject.js';
import type { Header } from '../../internal/domain/message/message.js';
import { RECEIPT_HEADER } from '../../internal/domain/message/receipt-request.js';
import { publishConfirmed } from '../../internal/intake/publishing/publish-confirmed.js';
import { CommandFailed, usageError } from '../command-failed.js';
import { resolveNats } from '../connection/connection.js';
import type { Invocation } from '../invocation.js';
import { writeForeign } from '../output/write-foreign.js';
import { connectNats } from './connect-nats.js';
import { natsExitCode, publishingFailure } from './nats-failure.js';

export interface PublishOptions {
  readonly subject: string;
  /** The message, or `-` for standard input. */
  readonly payload: string;
  readonly headers: readonly string[];
  /** Wait for the service's answer and print it. */
  readonly request: boolean;
  /** A context of the `nats` command. */
  readonly natsContext?: string;
}

const ANSWER_WITHIN_MS = 10_000;

/** `hukz publish`: publishes one message with exactly the given bytes. */
export async function publish(here: Invocation, options: PublishOptions): Promise<void> {
  const { subject } = options;
  refuseSubject(subject);
  const headers = parseHeaders(options.headers);
  const bytes = options.payload === '-' ? await buffer(here.streams.stdin) : Buffer.from(options.payload);
  const of = await resolveNats(here, options);
  const connection = await connectNats(here, { name: 'hukz-publish', of });
  const where = `${subject} at nats://${connection.getServer()}`;
  try {
    if (options.request) {
      headers.set(RECEIPT_HEADER, '1');
      const answer = await connection.request(subject, bytes, { timeout: ANSWER_WITHIN_MS, headers });
      writeForeign(here.streams.stdout, Buffer.concat([answer.data, Buffer.from('\n')]));
      if (isError(answer.string())) throw new CommandFailed('the answer is an error: the message was not accepted');
    } else {
      await publishConfirmed(connection, subject, bytes, { headers });
      here.streams.stdout.write(`published ${bytes.length} bytes to ${where}\n`);
    }
  } catch (error) {
    throw explain(error, where);
  } finally {
    await connection.close();
  }
}

/**
 * Refuses a subject with wildcards, and one for which no event can be registered: NATS would drop such a message
 * silently.
 */
function refuseSubject(subject: string): void {
  const judged = parseSubject(subject, { allowAll: true });
  const problem = judged.ok
    ? isWildcard(subject) && 'a message has exactly one subject; only events may have wildcards'
    : judged.problem;
  if (problem) throw usageError(`cannot publish to "${subject}": ${problem}`);
}

/** Whether the answer is `{"error"}`, from hukz or from the stream. */
function isError(text: string): boolean {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null && 'error' in answer;
  } catch {
    return false;
  }
}

function parseHeaders(texts: readonly string[]): MsgHdrs {
  const pairs = texts.map((text): Header => {
    const colon = text.indexOf(':');
    if (colon < 1) throw usageError(`--header ${text}: write a header as key:value`);
    return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  });
  const routing = parseRouting(pairs, Date.now());
  // The service would store the message and report the problem in its log, where the publisher does not look.
  if (!routing.ok) throw usageError(`--header ${routing.problem}; such a message triggers no webhook`);
  const headers = makeHeaders();
  for (const [name, value] of pairs) headers.append(name, value);
  return headers;
}

function explain(error: unknown, where: string): unknown {
  if (!(error instanceof NatsError && error.code === ErrorCode.Timeout)) return publishingFailure(error, where);
  return new CommandFailed(
    `no answer from ${where} within ${ANSWER_WITHIN_MS / 1000} s: nothing answers with INTAKE=jetstream and STREAM_ACK=off`,
    { exitCode: natsExitCode(error) },
  );
}
