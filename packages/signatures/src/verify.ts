import { bodyBytes, headerOf, type ReceivedRequest } from './received-request.js';
import type { Scheme } from './scheme.js';
import { type SchemeName, schemeNames, schemes } from './schemes.js';
import { defaultPrefixOf, readSchemeOption, type SchemeOption } from './secrets-option.js';
import { SignatureError } from './signature-error.js';
import { signaturesIn } from './signature-headers.js';
import { makeVerifier } from './web-crypto.js';

export type VerifyOptions = SchemeOption & {
  /**
   * The greatest difference between the time of the signature and this clock, in either direction. The default is 5
   * minutes. `webhooks-emitter` and `github` do not sign the time, so it does not apply to them.
   */
  readonly toleranceMs?: number | undefined;
  /** The clock, in ms since 1970. The default is `Date.now`. */
  readonly now?: (() => number) | undefined;
};

/** The parts of a request that a valid signature proves. */
export interface Verified {
  readonly scheme: SchemeName;
  /** The signed `webhook-id`. It is absent if the scheme does not sign it. */
  readonly id?: string;
  /** The signed time. It is absent if the scheme does not sign it. */
  readonly sentAt?: Date;
}

const TOLERANCE_MS = 300_000;
/** hukz signs with at most 10 secrets. More signatures would cost time for no benefit. */
const MAX_SIGNATURES = 16;
const SECONDS = /^(?:0|[1-9]\d{0,11})$/;

/**
 * Verifies one request. For many requests, `prepareVerify` prepares the keys once.
 * @throws {SignatureError} if the request is refused
 * @throws {TypeError} if the options do not name a scheme, or a secret does not fit it
 */
export async function verify(request: ReceivedRequest, options: VerifyOptions): Promise<Verified> {
  return prepareVerify(options)(request);
}

/**
 * Prepares the keys for many requests.
 * @throws {TypeError} if the options do not name a scheme, or a secret does not fit it
 */
export function prepareVerify(options: VerifyOptions): (request: ReceivedRequest) => Promise<Verified> {
  const { toleranceMs = TOLERANCE_MS, now = Date.now } = options;
  if (!(toleranceMs >= 0)) throw new TypeError('toleranceMs must be 0 or more');
  const { secrets, name, scheme, prefix } = readSchemeOption(options);
  const imported = Promise.all(secrets.map((secret) => makeVerifier(scheme, secret)));
  // A key that cannot be imported fails each verification, not the process.
  imported.catch(() => undefined);
  return async ({ headers, body }) => {
    const bytes = bodyBytes(body);
    const header = (name: string) => headerOf(headers, name);
    const { id, timestamp } = signedParts(scheme, header);
    const signatures = requireSignatures({ name, scheme, prefix }, header);
    if (scheme.signsTime) requireRecent(timestamp * 1000 - now(), toleranceMs);
    const toSign = { id, timestamp, subject: '', body: bytes };
    const verifiers = await imported;
    const verdicts = await Promise.all(verifiers.map((isValid) => isValid(toSign, signatures)));
    if (!verdicts.includes(true)) throw mismatch(bytes, header('content-length'));
    return scheme.signsTime ? { scheme: name, id, sentAt: new Date(timestamp * 1000) } : { scheme: name };
  };
}

type HeaderValue = (name: string) => string | undefined;

/** The signed parts besides the body. They are empty if the scheme signs the body alone. */
function signedParts({ signsTime }: Scheme, header: HeaderValue) {
  if (!signsTime) return { id: '', timestamp: 0 };
  const [id, timestamp] = ['webhook-id', 'webhook-timestamp'].map((name) => {
    const value = header(name);
    if (!value) throw new SignatureError('header_missing', `the header ${name} is missing`);
    return value;
  }) as [string, string];
  if (SECONDS.test(timestamp)) return { id, timestamp: Number(timestamp) };
  throw new SignatureError('header_malformed', 'webhook-timestamp must be whole seconds since 1970');
}

interface Expected {
  readonly name: SchemeName;
  readonly scheme: Scheme;
  readonly prefix: string;
}

function requireSignatures({ name, scheme, prefix }: Expected, header: HeaderValue): readonly string[] {
  const names = scheme.headers(prefix);
  if (header(names.signature) === undefined) {
    const other = schemeNames.find((each) => header(schemes[each].headers(defaultPrefixOf(each)).signature));
    const hint = other && other !== name ? `; the request seems to have the scheme ${other}` : '';
    throw new SignatureError('header_missing', `the header ${names.signature} is missing${hint}`);
  }
  const signatures = signaturesIn(scheme, names, header);
  if (signatures.length > 0 && signatures.length <= MAX_SIGNATURES) return signatures;
  const problem = signatures.length === 0 ? `no signature ${scheme.mark}…` : `more than ${MAX_SIGNATURES} signatures`;
  throw new SignatureError('header_malformed', `the header ${names.signature} contains ${problem}`);
}

/** Recorded requests cannot be sent again after the tolerance. */
function requireRecent(aheadMs: number, toleranceMs: number): void {
  if (Math.abs(aheadMs) <= toleranceMs) return;
  const [reason, where] = aheadMs < 0 ? (['too_old', 'ago'] as const) : (['too_new', 'in the future'] as const);
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  throw new SignatureError(
    reason,
    `the request was signed ${seconds} s ${where}, and ${toleranceMs / 1000} s are tolerated: it is a recorded one, or a clock is wrong`,
  );
}

/** A body of another length than announced was certainly changed on its way through the program. */
function mismatch(body: Uint8Array, announced: string | undefined): SignatureError {
  if (announced !== undefined && /^\d+$/.test(announced) && Number(announced) !== body.length)
    return new SignatureError(
      'body_was_parsed',
      `the body has ${body.length} bytes and Content-Length says ${announced}: something has parsed, decoded or consumed it before`,
    );
  return new SignatureError(
    'no_match',
    'no signature matches: the secret is that of another webhook, or the request was changed',
  );
}
