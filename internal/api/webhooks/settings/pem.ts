import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import { clientKeyProblem } from '../../../domain/credentials/key-limits.js';

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

const NO_CERTIFICATES = 'must be one or more certificates in PEM';

/**
 * The problem with the form of PEM certificates, if there is one. The certificates are not parsed, because 64 KiB of
 * them take 30 ms.
 */
export function pemProblem(pem: string): string | undefined {
  return blocksOf(pem) ? undefined : NO_CERTIFICATES;
}

/** Maximum number of trusted authorities, and of a client's certificate with the intermediates up to its authority. */
export const MAX_CERTIFICATES = { ca: 20, certificate: 10 } as const;
/**
 * Number of certificates that are parsed in one turn of the event loop. Each takes 0.1 to 0.3 ms, and more on a busy
 * machine.
 */
const READ_AT_ONCE = 5;

/**
 * The reason why PEM certificates are not accepted: there are too many of them, one cannot be parsed, or one has
 * expired. OpenSSL's own messages are not repeated.
 */
export async function certificatesProblem(
  pem: string,
  { now, maxCount }: { readonly now: number; readonly maxCount: number },
): Promise<string | undefined> {
  const blocks = blocksOf(pem) ?? [];
  if (blocks.length > maxCount) return `has ${blocks.length} certificates, and at most ${maxCount} are allowed`;
  let expired: string | undefined;
  for (const [index, block] of blocks.entries()) {
    const certificate = readCertificate(block);
    if (!certificate) return NO_CERTIFICATES;
    const until = Date.parse(certificate.validTo);
    if (until <= now) expired ??= `expired on ${new Date(until).toISOString()}`;
    if (index % READ_AT_ONCE === READ_AT_ONCE - 1) await setImmediate();
  }
  return expired;
}

/** The problem with a PEM private key, if there is one, given the certificate that it must belong to. */
export function keyProblem(pem: string, certificate: string): string | undefined {
  const key = readKey(pem);
  if (!key) return 'must be a private key in PEM without a passphrase';
  const problem = clientKeyProblem(key);
  if (problem) return problem;
  const blocks = blocksOf(certificate) ?? [];
  const first = readCertificate(blocks[0] ?? '');
  // A problem with the certificate itself is reported for the certificate.
  if (!first || blocks.length > MAX_CERTIFICATES.certificate) return undefined;
  if (!first.checkPrivateKey(key)) return 'does not match the certificate';
  try {
    createSecureContext({ cert: certificate, key: pem });
    return undefined;
  } catch {
    return 'cannot be used together with the certificate';
  }
}

function blocksOf(pem: string): readonly string[] | undefined {
  const blocks = pem.match(BLOCK) ?? [];
  return blocks.length === 0 || pem.replace(BLOCK, '').includes('-----') ? undefined : blocks;
}

function readCertificate(block: string): X509Certificate | undefined {
  try {
    return new X509Certificate(block);
  } catch {
    return undefined;
  }
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
