import { type HeaderSource, headerOf, type Verified } from 'hukz-signatures';

/** A request whose signature is valid. */
export interface Delivery {
  /** `webhook-id`: the same on every attempt and in every replay. Only the `standard` schemes sign it. */
  readonly id: string;
  /** The subject of the event (`Hukz-Event`). No scheme signs it; most formats also have it in the body. */
  readonly event: string;
  /** The number of this attempt, from 1. */
  readonly attempt: number;
  /** The id of the message, which is the same at all webhooks that get it. */
  readonly messageId: string | undefined;
  /** The publisher's own id of the message, if any. */
  readonly requestId: string | undefined;
  readonly isReplay: boolean;
  /** Whether it is a test call, which must be answered and not be processed. */
  readonly isTest: boolean;
  /** The signed time, if the scheme signs one. */
  readonly sentAt: Date | undefined;
  /** The bytes of the body as they arrived. */
  readonly body: Uint8Array;
  header(name: string): string | undefined;
  /** The body as UTF-8 text. */
  text(): string;
  /** The body as JSON. Numbers above 2^53 lose digits; `text()` keeps them. @throws {SyntaxError} */
  json<T = unknown>(): T;
}

interface Parts {
  readonly headers: HeaderSource;
  readonly body: Uint8Array;
  readonly verified: Verified;
  /** The middle of the names of the headers of `webhooks-emitter`. */
  readonly prefix: string;
}

export function makeDelivery({ headers, body, verified, prefix }: Parts): Delivery {
  const header = (name: string) => headerOf(headers, name);
  const text = () => new TextDecoder().decode(body);
  return {
    id: verified.id ?? header('webhook-id') ?? header(`x-${prefix}-delivery`) ?? '',
    event: header('hukz-event') ?? header(`x-${prefix}-event`) ?? '',
    attempt: attemptIn(header('hukz-attempt')),
    messageId: header('hukz-message'),
    requestId: header('hukz-request-id'),
    isReplay: header('hukz-replay') === 'true',
    isTest: header('hukz-test') === 'true',
    sentAt: verified.sentAt,
    body,
    header,
    text,
    json: <T>() => JSON.parse(text()) as T,
  };
}

const attemptIn = (text = '1') => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : 1);
