import { type SchemeName, schemeNames, schemeOf } from '../../internal/domain/signature/schemes.js';
import { isPublicKey, isSignedByPair } from '../../internal/domain/signature/verify-ed25519.js';
import { CommandFailed } from '../command-failed.js';
import type { ReceivedRequest } from './open-receiver.js';

/**
 * A secret with one of these prefixes is either that kind of key or a mistake, never a text that begins like one by
 * chance.
 */
const MARKED: Readonly<Record<string, string>> = {
  whsec_: schemeOf('standard').problemOf('') ?? '',
  whsk_: schemeOf('standard-ed25519').problemOf('') ?? '',
  whpk_: 'must be whpk_ and the 32 bytes of an ed25519 public key in base64',
};

/**
 * Whether one of the headers proves that the sender has the secret. A real receiver must also check the age of the
 * request.
 */
export function isSignedBy(secret: string, request: ReceivedRequest): boolean {
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '' } = request.headers;
  const toSign = { id: String(id), timestamp: Number(timestamp), subject: '', body: request.body };
  if (isPublicKey(secret)) return isSignedByPair(secret, toSign, String(request.headers['webhook-signature'] ?? ''));
  return schemesFor(secret).some((name) => {
    const { makeSign, defaultPrefix = '' } = schemeOf(name);
    const signature = makeSign([secret], defaultPrefix)(toSign).at(-1) ?? '';
    // The header contains several signatures while one secret replaces another.
    return Object.values(request.headers).some((value) =>
      String(value)
        .split(/[ ,](?=v1|sha)/)
        .includes(signature),
    );
  });
}

/** @throws {CommandFailed} if the text cannot be a secret of any scheme */
export function requireSecret(secret: string): void {
  if (isPublicKey(secret) || schemesFor(secret).length > 0) return;
  const prefix = prefixOf(secret);
  const why = prefix ? `a secret with the prefix ${prefix} ${MARKED[prefix]}` : 'this is not a valid webhook secret';
  throw new CommandFailed(`--secret: ${why}`);
}

/** The schemes that accept the secret: its prefix decides, or it is a text. */
function schemesFor(secret: string): readonly SchemeName[] {
  const fitting = schemeNames.filter((name) => schemeOf(name).problemOf(secret) === undefined);
  if (prefixOf(secret) === undefined) return fitting;
  return fitting.filter((name) => name === 'standard' || name === 'standard-ed25519');
}

const prefixOf = (secret: string) => Object.keys(MARKED).find((prefix) => secret.startsWith(prefix));
