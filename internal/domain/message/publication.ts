import type { Message } from './message.js';
import type { Receipt } from './receipt.js';

/**
 * A message that was published over HTTP, in the one form of all bodies: with the headers that a publisher of NATS
 * would set.
 */
export interface Publication extends Pick<Message, 'subject' | 'headers' | 'payload'> {
  /** The payload was found to be one JSON text when it was read, so that it need not be scanned again. */
  readonly isJson?: true;
}

/** The result of publishing a message over HTTP. */
export type PublishOutcome =
  | Exclude<Receipt, { readonly outcome: 'duplicate' }>
  /** The same message was accepted before. Its number of webhooks is undefined if the message is not kept any more. */
  | { readonly outcome: 'known'; readonly messageId: string; readonly webhooks: number | undefined }
  /** Another message of the subject was accepted with the same id. */
  | { readonly outcome: 'conflicting' }
  /** Published to NATS, which has confirmed it. */
  | { readonly outcome: 'sent'; readonly isDuplicate: boolean; readonly position?: StreamPlace }
  /** A server is away. Nothing was stored. */
  | { readonly outcome: 'away'; readonly server: 'PostgreSQL' | 'NATS' }
  /** A server has not answered in time. The message may have been stored. */
  | { readonly outcome: 'unconfirmed'; readonly server: 'PostgreSQL' | 'NATS' }
  /** The service is shutting down. Nothing was stored. */
  | { readonly outcome: 'stopping' };

export interface StreamPlace {
  readonly stream: string;
  readonly sequence: number;
}

/** Headers that decide which webhooks get a message, when, and how. The id of a message is not one of them. */
export const OPTION_HEADERS = [
  'Hukz-Tag',
  'Hukz-Space',
  'Hukz-Webhook',
  'Hukz-Deliver-At',
  'Hukz-Delay',
  'Hukz-No-Retry',
  'Hukz-Request-Id',
  'Hukz-Schema-Version',
] as const;

/** The names of headers that mean something to hukz or to NATS. `Nats-Rollup` deletes messages of a stream. */
export const RESERVED_PREFIXES = ['hukz-', 'nats-'] as const;

const OPTIONS: ReadonlySet<string> = new Set(OPTION_HEADERS.map((name) => name.toLowerCase()));

type Comparable = Pick<Publication, 'headers' | 'payload'>;

/**
 * Whether a message is the same as an earlier one with its id. Other headers may differ, because a client that sends a
 * request again may give it another trace.
 */
export function isSamePublication(one: Comparable, other: Comparable): boolean {
  return Buffer.compare(one.payload, other.payload) === 0 && optionText(one) === optionText(other);
}

function optionText({ headers }: Comparable): string {
  const lines = headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => OPTIONS.has(name))
    .map(([name, value]) => `${name}:${value}`);
  return JSON.stringify(lines.sort());
}
