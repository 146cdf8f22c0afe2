import { EmitterError } from './emitter-error.js';
import type { Publish } from './publish.js';

/** The part of a connection of `nats` or `@nats-io/transport-node` that is used. */
interface Connection<Headers> {
  request(
    subject: string,
    payload: Uint8Array,
    options: { timeout: number; headers: Headers },
  ): Promise<{ readonly data: Uint8Array }>;
}

interface SettableHeaders {
  set(name: string, value: string): void;
}

export interface NatsParts<Headers extends SettableHeaders> {
  /** A connection of the program, which stays open when the emitters stop. */
  readonly connection: Connection<Headers>;
  /** The function `headers` of the same library. */
  readonly headers: () => Headers;
  /** Time until the receipt. Default: 5,000. */
  readonly timeoutMs?: number;
}

/**
 * Publishes over NATS, and waits for the receipt: that of hukz, or that of the stream that has the event. Rejects with
 * the error of the connection if there is none.
 */
export function overNats<Headers extends SettableHeaders>({
  connection,
  headers: makeHeaders,
  timeoutMs = 5000,
}: NatsParts<Headers>): Publish {
  return async ({ event, payload, requestId, space }) => {
    const headers = makeHeaders();
    headers.set('Hukz-Request-Id', requestId);
    headers.set('Hukz-Receipt', '1');
    if (space !== undefined) headers.set('Hukz-Space', String(space));
    const { data } = await connection.request(event, payload, { timeout: timeoutMs, headers });
    return webhooksIn(parsed(data), event);
  };
}

interface Receipt {
  readonly error?: unknown;
  readonly webhooks?: unknown;
  readonly stream?: unknown;
}

function parsed(data: Uint8Array): Receipt {
  try {
    return Object(JSON.parse(new TextDecoder().decode(data)));
  } catch {
    return {};
  }
}

/** A stream replies with its name and a position. It does not know the webhooks. */
function webhooksIn({ error, webhooks, stream }: Receipt, event: string): number | null {
  if (error !== undefined) throw new EmitterError('refused', `event "${event}": ${reasonOf(error)}`, 'event');
  if (typeof webhooks === 'number') return webhooks;
  if (typeof stream === 'string') return null;
  const why = 'was answered with a reply that is no receipt: another service replies to requests on this subject';
  throw new EmitterError('refused', `event "${event}" ${why}`, 'event');
}

/** JetStream names the reason in `description`. */
function reasonOf(error: unknown): string {
  const { description = error }: { readonly description?: unknown } = Object(error);
  return String(description);
}
