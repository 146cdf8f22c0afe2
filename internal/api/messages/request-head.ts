import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Header } from '../../domain/message/message.js';
import { OPTION_HEADERS, RESERVED_PREFIXES } from '../../domain/message/publication.js';
import { echo } from '../../domain/text/echo.js';
import { AppError } from '../../errors.js';

/** The headers of a request that are about its message. All others, such as credentials, stay with the request. */
export interface RequestHead {
  /** `Hukz-Event`: the body is the payload as it is. */
  readonly subject: string | undefined;
  readonly contentType: string | undefined;
  /** Whether a page in a browser sends the request. */
  readonly isFromPage: boolean;
  readonly idempotencyKey: string | undefined;
  /** The options of the message, under the names that they have in NATS. */
  readonly options: readonly Header[];
  readonly trace: readonly Header[];
  /** `Hukz-Header-<name>`, under that name. */
  readonly named: readonly Header[];
  /** `ce-<name>`, the attributes of a CloudEvent in binary mode. */
  readonly attributes: readonly Header[];
}

const OPTIONS = new Map(OPTION_HEADERS.map((name) => [name.toLowerCase(), name]));
const NAMED = 'hukz-header-';
/** Headers that a publisher of NATS may set and that mean nothing over HTTP. */
const WITHOUT_MEANING = new Set(['hukz-receipt']);
const NOT_ASCII = /[^\x20-\x7e\t]/;

export function readHead({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): RequestHead {
  const options: Header[] = [];
  const trace: Header[] = [];
  const named: Header[] = [];
  const attributes: Header[] = [];
  let subject: string | undefined;
  let contentType: string | undefined;
  let idempotencyKey: string | undefined;
  let isFromPage = false;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const input = rawHeaders[at] ?? '';
    const name = input.toLowerCase();
    const value = decoded(rawHeaders[at + 1] ?? '');
    const option = OPTIONS.get(name);
    if (option !== undefined) options.push([option, value]);
    else if (name === 'content-type') contentType ??= value;
    else if (name === 'traceparent' || name === 'tracestate') trace.push([name, value]);
    else if (name === 'hukz-event') subject = once(subject, value, 'Hukz-Event');
    else if (name === 'idempotency-key' || name === 'nats-msg-id')
      idempotencyKey = once(idempotencyKey, value, 'Idempotency-Key');
    else if (name.startsWith('ce-')) attributes.push([name, value]);
    else if (name.startsWith(NAMED) && name.length > NAMED.length) named.push([requireOwn(input), value]);
    else if (name.startsWith('hukz-') && !WITHOUT_MEANING.has(name)) throw unknown(input);
    else if (name === 'origin' || name === 'sec-fetch-site') isFromPage = true;
  }
  return { subject, contentType, isFromPage, idempotencyKey, options, trace, named, attributes };
}

/** Node reads the bytes of a header as Latin-1. Those of NATS, and of a browser's `fetch`, are UTF-8. */
function decoded(value: string): string {
  if (!NOT_ASCII.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : value;
}

function once(before: string | undefined, value: string, name: string): string {
  if (before !== undefined && before !== value) throw new AppError('unprocessable', `${name} may be given once`, name);
  return value;
}

/** An option with a typing error would otherwise send a message to webhooks that should not get it. */
const unknown = (name: string) => new AppError('unprocessable', `there is no header ${echo(name)}`, echo(name));

/** Returns the name that `Hukz-Header-<name>` gives to a header of the message. */
function requireOwn(input: string): string {
  const name = input.slice(NAMED.length);
  if (!RESERVED_PREFIXES.some((prefix) => name.toLowerCase().startsWith(prefix))) return name;
  const sentence = `${echo(input)}: the name of a header may not begin with Hukz- or Nats-; options have names of their own`;
  throw new AppError('unprocessable', sentence, echo(input));
}
