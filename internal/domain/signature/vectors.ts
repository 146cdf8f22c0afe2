import type { ToSign } from '../../../packages/signatures/src/scheme.js';
import { type SchemeName, schemeNames, schemeOf } from './schemes.js';

/** A request that is signed. Receivers with one of the secrets, or with its public key, accept it. */
interface Accepted {
  readonly name: string;
  /** The newest one first. */
  readonly secrets: readonly string[];
  readonly public_keys?: readonly string[];
  readonly prefix: string;
  readonly event: string;
  readonly request_id: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body_base64: string;
}

/** A request that a receiver with this secret refuses at this time. */
interface Refused {
  readonly name: string;
  readonly secret: string;
  readonly prefix: string;
  readonly now: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body_base64: string;
}

const TOLERANCE_SECONDS = 300;
const AT = 1_767_225_600;
const BODIES: Readonly<Record<string, Uint8Array>> = {
  'an empty body': Buffer.alloc(0),
  'JSON with a large number and spaces': Buffer.from('{ "id": 12345678901234567890, "name": "water" }'),
  'JSON with other letters': Buffer.from('{"é":"ü","日本":"\u{1f30a}"}'),
  'a line end': Buffer.from('{"a":1}\r\n'),
  'bytes that are no text': Buffer.from([0x00, 0xff, 0xfe, 0x80, 0x0a]),
  '4 KiB': Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7) & 0xff)),
};

/** Returns the test vectors of each scheme as the text of a file, for receivers in any language. */
export function vectorFiles(): ReadonlyMap<SchemeName, string> {
  return new Map(schemeNames.map((name) => [name, `${JSON.stringify(vectorsOf(name), null, 2)}\n`]));
}

function vectorsOf(name: SchemeName) {
  const [fresh, old, other] = [1, 2, 3].map((n) => schemeOf(name).makeSecret(Buffer.alloc(32, n))) as [
    string,
    string,
    string,
  ];
  const accepted = [
    ...Object.entries(BODIES).map(([what, body]) => accept(name, { name: what, secrets: [fresh], body })),
    accept(name, { name: 'two secrets during a rotation', secrets: [fresh, old] }),
    accept(name, { name: "the publisher's own id", secrets: [fresh], requestId: 'order 4711' }),
    ...(schemeOf(name).defaultPrefix ? [accept(name, { name: 'a prefix', secrets: [fresh], prefix: 'Acme' })] : []),
  ];
  const [, sample] = accepted as [Accepted, Accepted];
  return {
    scheme: name,
    tolerance_seconds: TOLERANCE_SECONDS,
    now: AT,
    accepted,
    refused: refusals(name, sample, other),
  };
}

interface Wanted {
  readonly name: string;
  readonly secrets: readonly string[];
  readonly body?: Uint8Array;
  readonly requestId?: string;
  readonly prefix?: string;
}

function accept(scheme: SchemeName, wanted: Wanted): Accepted {
  const { makeSign, publicKeyOf, defaultPrefix = '' } = schemeOf(scheme);
  const { name, secrets, requestId, body = Buffer.from('{"id":1}'), prefix = defaultPrefix } = wanted;
  const id = '019c1409-f800-7a3b-8c1d-2e4f60718293';
  const request: ToSign = { id, timestamp: AT, subject: 'tag.created', body, requestId };
  const flat = makeSign(secrets, prefix)(request);
  const pairs = flat.flatMap((each, index) => (index % 2 === 0 ? [[each, flat[index + 1] ?? '']] : []));
  return {
    name,
    secrets,
    ...(publicKeyOf && { public_keys: secrets.map(publicKeyOf) }),
    prefix,
    event: request.subject,
    request_id: requestId ?? null,
    headers: { 'webhook-id': id, 'webhook-timestamp': String(AT), ...Object.fromEntries(pairs) },
    body_base64: Buffer.from(body).toString('base64'),
  };
}

function refusals(
  scheme: SchemeName,
  { secrets: [secret = ''], headers, prefix, body_base64 }: Accepted,
  other: string,
) {
  const { publicKeyOf } = schemeOf(scheme);
  const keyOf = (text: string) => publicKeyOf?.(text) ?? text;
  const refuse = (name: string, reason: string, change: Partial<Refused> = {}): Refused => ({
    name,
    secret: keyOf(secret),
    prefix,
    now: AT,
    reason,
    headers,
    body_base64,
    ...change,
  });
  const reformatted = JSON.stringify({ id: 12345678901234567890n.toString(), name: 'water' });
  const timed = [
    refuse('signed too long ago', 'too_old', { now: AT + TOLERANCE_SECONDS + 1 }),
    refuse('signed too far in the future', 'too_new', { now: AT - TOLERANCE_SECONDS - 1 }),
    refuse('another id', 'no_match', { headers: { ...headers, 'webhook-id': 'another' } }),
    refuse('another time', 'no_match', { headers: { ...headers, 'webhook-timestamp': String(AT + 1) } }),
    refuse('a time that is not a number', 'header_malformed', {
      headers: { ...headers, 'webhook-timestamp': `${AT}.5` },
    }),
  ];
  return [
    refuse("another webhook's secret", 'no_match', { secret: keyOf(other) }),
    refuse('a body that was parsed and written again', 'no_match', {
      body_base64: Buffer.from(reformatted).toString('base64'),
    }),
    refuse('no signature', 'header_missing', {
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !/signature/i.test(name))),
    }),
    ...(scheme.startsWith('standard') ? timed : []),
  ];
}
