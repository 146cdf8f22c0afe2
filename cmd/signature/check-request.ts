import { type SchemeName, schemeNames, schemeOf } from '../../internal/domain/signature/schemes.js';
import { formatDuration } from '../../internal/domain/text/duration.js';
import { SignatureError } from '../../packages/signatures/src/signature-error.js';
import { type Verified, verify } from '../../packages/signatures/src/verify.js';
import { bodyVariants } from './body-variants.js';
import type { CapturedRequest } from './captured-request.js';

export interface CheckOptions {
  readonly secret: string;
  readonly scheme: SchemeName;
  readonly prefix: string | undefined;
  /** The greatest age of the signature. Undefined: any, because a captured request is an old one. */
  readonly toleranceMs: number | undefined;
  readonly nowMs: number;
}

/** The result of one check, in the order in which a receiver makes them. */
export interface Check {
  readonly name: 'headers' | 'time' | 'signature';
  readonly isPassed: boolean;
  readonly text: string;
}

export interface Checked {
  readonly checks: readonly Check[];
  /** The most likely mistake, and the way to correct it. */
  readonly advice: string | undefined;
}

const USUAL_TOLERANCE_MS = 300_000;

/** Checks a captured request as a receiver does, and finds the most likely reason for a failure. */
export async function checkRequest(request: CapturedRequest, options: CheckOptions): Promise<Checked> {
  const result = await verified(request, options);
  if (!(result instanceof SignatureError))
    return { checks: [HEADERS, timeCheck(result, options), SIGNATURE], advice: undefined };
  const { reason, message } = result;
  if (reason === 'header_missing' || reason === 'header_malformed')
    return { checks: [failed('headers', message)], advice: adviceOnHeaders(request, options.scheme) };
  if (reason === 'too_old' || reason === 'too_new')
    return {
      checks: [HEADERS, failed('time', message)],
      advice: 'Verify when the request arrives, and keep the clock of the receiver right (NTP).',
    };
  return { checks: [HEADERS, failed('signature', message)], advice: await adviceOnMismatch(request, options) };
}

const HEADERS: Check = { name: 'headers', isPassed: true, text: 'all headers of the scheme are there' };
const SIGNATURE: Check = { name: 'signature', isPassed: true, text: 'valid' };
const failed = (name: Check['name'], text: string): Check => ({ name, isPassed: false, text });

async function verified(
  request: CapturedRequest,
  { secret, scheme, prefix, toleranceMs = Number.POSITIVE_INFINITY, nowMs }: CheckOptions,
): Promise<Verified | SignatureError> {
  try {
    return await verify(request, { secret, scheme, prefix, toleranceMs, now: () => nowMs });
  } catch (error) {
    if (error instanceof SignatureError) return error;
    throw error;
  }
}

function timeCheck({ sentAt }: Verified, { scheme, toleranceMs, nowMs }: CheckOptions): Check {
  if (!sentAt) return { name: 'time', isPassed: true, text: `not signed by the scheme ${scheme}` };
  const ageMs = nowMs - sentAt.getTime();
  const age =
    ageMs < 0
      ? `${formatDuration(-ageMs - (-ageMs % 1000))} in the future`
      : `${formatDuration(ageMs - (ageMs % 1000))} ago`;
  const isLate = toleranceMs === undefined && Math.abs(ageMs) > USUAL_TOLERANCE_MS;
  const note = isLate ? '; a receiver refuses it now, because 5m are tolerated' : '';
  return { name: 'time', isPassed: true, text: `signed ${age}${note}` };
}

function adviceOnHeaders({ headers }: CapturedRequest, scheme: SchemeName): string {
  const other = schemeNames.find((name) =>
    schemeOf(name)
      .headerNames(schemeOf(name).defaultPrefix ?? '')
      .some(
        (header) =>
          header in headers &&
          !schemeOf(scheme)
            .headerNames(schemeOf(scheme).defaultPrefix ?? '')
            .includes(header),
      ),
  );
  if (other) return `The request has headers of the scheme ${other}: try --scheme ${other}.`;
  return 'A proxy or a framework in front of the receiver may remove headers: capture the request where it arrives.';
}

/** Tries the changes that programs usually make to a body before it is verified, and the usual mistakes in a secret. */
async function adviceOnMismatch(request: CapturedRequest, options: CheckOptions): Promise<string> {
  for (const { body, advice } of bodyVariants(request.body)) {
    if (!((await verified({ ...request, body }, options)) instanceof SignatureError)) return advice;
  }
  const { secret } = options;
  const trimmed = secret.trim();
  if (trimmed !== secret && !((await verified(request, { ...options, secret: trimmed })) instanceof SignatureError))
    return 'The secret has spaces around it: remove them.';
  return (
    'Most often the body was parsed and written again before it was verified: verify the bytes as they arrived. ' +
    'If they are, the secret is that of another webhook, or was rotated: compare its end with `secrets.0.hint` of ' +
    '`hukz webhook show`.'
  );
}
