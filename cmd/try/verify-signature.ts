import { type SchemeName, schemeNames, schemeOf } from '../../internal/domain/signature/schemes.js';
import { isPublicKey, PUBLIC_KEY_RULE } from '../../packages/signatures/src/public-key.js';
import { SignatureError } from '../../packages/signatures/src/signature-error.js';
import { verify } from '../../packages/signatures/src/verify.js';
import { usageError } from '../command-failed.js';
import type { ReceivedRequest } from './open-receiver.js';

/**
 * A secret with one of these prefixes is either that kind of key or a mistake, never a text that begins like one by
 * chance.
 */
const MARKED: Readonly<Record<string, string>> = {
  whsec_: schemeOf('standard').problemOf('') ?? '',
  whsk_: schemeOf('standard-ed25519').problemOf('') ?? '',
  whpk_: PUBLIC_KEY_RULE,
};

/**
 * Returns why no header proves that the sender has the secret, or undefined if one does. The age of the request is not
 * checked, because `hukz receive` also shows requests that were recorded.
 */
export async function signatureProblem(
  secret: string,
  { headers, body }: ReceivedRequest,
): Promise<string | undefined> {
  const problems: SignatureError[] = [];
  for (const scheme of schemesFor(secret)) {
    for (const prefix of prefixesIn(headers, scheme)) {
      try {
        await verify({ headers, body }, { secret, scheme, prefix, toleranceMs: Number.POSITIVE_INFINITY });
        return undefined;
      } catch (error) {
        if (!(error instanceof SignatureError)) throw error;
        problems.push(error);
      }
    }
  }
  // A header that is there says more than the absence of another scheme's.
  return (problems.find(({ reason }) => reason !== 'header_missing') ?? problems[0])?.message;
}

/** @throws {CommandFailed} if the text cannot be a secret of any scheme */
export function requireSecret(secret: string): void {
  if (schemesFor(secret).length > 0) return;
  const prefix = prefixOf(secret);
  const why = prefix ? `a secret with the prefix ${prefix} ${MARKED[prefix]}` : 'this is not a valid webhook secret';
  throw usageError(`--secret: ${why}`);
}

/** The schemes that accept the secret: its prefix decides, or it is a text. */
function schemesFor(secret: string): readonly SchemeName[] {
  if (isPublicKey(secret)) return ['standard-ed25519'];
  const fitting = schemeNames.filter((name) => schemeOf(name).problemOf(secret) === undefined);
  if (prefixOf(secret) === undefined) return fitting;
  return fitting.filter((name) => name === 'standard' || name === 'standard-ed25519');
}

/** The prefixes that the scheme's headers may have in this request: those that its headers show, and the usual one. */
function prefixesIn(headers: ReceivedRequest['headers'], scheme: SchemeName): readonly string[] {
  const { defaultPrefix } = schemeOf(scheme);
  if (defaultPrefix === undefined) return [''];
  const shown = Object.keys(headers).flatMap((name) => /^x-(.+)-signature$/i.exec(name)?.[1] ?? []);
  return [...shown, defaultPrefix];
}

const prefixOf = (secret: string) => Object.keys(MARKED).find((prefix) => secret.startsWith(prefix));
