import { type SchemeName, schemeNames, schemeOf } from '../internal/domain/signature/schemes.js';
import { isPublicKey, isSignedByPair } from '../internal/domain/signature/verify-ed25519.js';
import { CommandFailed } from './command-failed.js';
import type { ReceivedRequest } from './open-receiver.js';

/** Written so, it is that key or a mistake: never a text that happens to begin like one. */
const MARKED: Readonly<Record<string, string>> = {
  whsec_: schemeOf('standard').problemOf('') ?? '',
  whsk_: schemeOf('standard-ed25519').problemOf('') ?? '',
  whpk_: 'must be whpk_ and the 32 bytes of an ed25519 public key in base64',
};

/** Whether a request proves by one of its headers that its sender has the secret; a receiver of one's own also checks the age. */
export function isSignedBy(secret: string, request: ReceivedRequest): boolean {
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '' } = request.headers;
  const toSign = { id: String(id), timestamp: Number(timestamp), subject: '', body: request.body };
  if (isPublicKey(secret)) return isSignedByPair(secret, toSign, String(request.headers['webhook-signature'] ?? ''));
  return schemesFor(secret).some((name) => {
    const { makeSign, usualPrefix = '' } = schemeOf(name);
    const signature = makeSign([secret], usualPrefix)(toSign).at(-1) ?? '';
    // One of several in its header, while a secret replaces another.
    return Object.values(request.headers).some((value) =>
      String(value)
        .split(/[ ,](?=v1|sha)/)
        .includes(signature),
    );
  });
}

/** @throws {CommandFailed} when it can be nobody's secret */
export function requireSecret(secret: string): void {
  if (isPublicKey(secret) || schemesFor(secret).length > 0) return;
  const prefix = prefixOf(secret);
  const why = prefix ? `what begins with ${prefix} ${MARKED[prefix]}` : 'this can be no secret of a webhook';
  throw new CommandFailed(`--secret: ${why}`);
}

/** Those that a secret may be of: its prefix tells, or it is a text. */
function schemesFor(secret: string): readonly SchemeName[] {
  const fitting = schemeNames.filter((name) => schemeOf(name).problemOf(secret) === undefined);
  if (prefixOf(secret) === undefined) return fitting;
  return fitting.filter((name) => name === 'standard' || name === 'standard-ed25519');
}

const prefixOf = (secret: string) => Object.keys(MARKED).find((prefix) => secret.startsWith(prefix));
