/** The reasons for which a prompt has no answer of the application, with the text for users. */
const FAILURES = {
  connect: 'connection refused',
  timeout: 'it did not answer in time',
  dns: 'its host name was not found',
  tls: 'the TLS connection failed',
  closed: 'it closed the connection before it answered',
  bad_response: 'its answer breaks HTTP',
} as const;

export type ListenerFailure = keyof typeof FAILURES;

/** The answer that a prompt sends back over NATS. */
export type ListenerAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The value of `Retry-After`. */
      readonly retryAfter?: string | undefined;
      readonly body: Uint8Array;
    }
  | { readonly kind: 'failed'; readonly reason: ListenerFailure };

const LINE_FEED = 0x0a;
const MAX_HEAD_BYTES = 256;
const MAX_RETRY_AFTER = 64;

export const describeListenerFailure = (reason: ListenerFailure): string =>
  `the application at the prompt failed: ${FAILURES[reason]}`;

export const isListenerFailure = (text: string): text is ListenerFailure => Object.hasOwn(FAILURES, text);

/** Writes an answer: one line of JSON, and the bytes of the body. */
export function writeListenerAnswer(answer: ListenerAnswer): Uint8Array {
  if (answer.kind === 'failed') return Buffer.from(`${JSON.stringify({ failed: answer.reason })}\n`);
  const { status, retryAfter, body } = answer;
  const isShort = retryAfter !== undefined && retryAfter.length <= MAX_RETRY_AFTER;
  const head = JSON.stringify({ status, ...(isShort && { retry_after: retryAfter }) });
  return Buffer.concat([Buffer.from(`${head}\n`), body]);
}

/**
 * Reads an answer. Undefined if the bytes are none. Any program that may publish to the reply subject can have written
 * them, so that everything that users may see of a failure is a text of hukz.
 */
export function readListenerAnswer(bytes: Uint8Array): ListenerAnswer | undefined {
  const end = bytes.subarray(0, MAX_HEAD_BYTES).indexOf(LINE_FEED);
  if (end < 0) return undefined;
  const head = parse(Buffer.from(bytes.subarray(0, end)).toString());
  if (typeof head !== 'object' || head === null) return undefined;
  const { failed, status, retry_after: retryAfter }: Readonly<Record<string, unknown>> = { ...head };
  if (typeof failed === 'string') return isListenerFailure(failed) ? { kind: 'failed', reason: failed } : undefined;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) return undefined;
  const body = bytes.subarray(end + 1);
  return { kind: 'answered', status, retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined, body };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
