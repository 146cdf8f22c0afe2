import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { clientKeyProblem } from '../../domain/authorisation/key-limits.js';

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

const NO_CERTIFICATES = 'is not one or more certificates in PEM';

/** What is wrong with the form of certificates in PEM, if anything. None of them is read: 64 KiB of them take 30 ms. */
export function pemProblem(pem: string): string | undefined {
  return blocksOf(pem) ? undefined : NO_CERTIFICATES;
}

export interface CertificateLimits {
  readonly now: number;
  readonly maxCount: number;
}

/**
 * Why certificates in PEM are not taken now: there are too many of them, one cannot be read, or one has expired.
 * OpenSSL's own words are not repeated.
 */
export function certificatesProblem(pem: string, { now, maxCount }: CertificateLimits): string | undefined {
  const blocks = blocksOf(pem) ?? [];
  if (blocks.length > maxCount) return `holds ${blocks.length} certificates, at most ${maxCount} are allowed`;
  const certificates = blocks.map(readCertificate).filter((each) => each !== undefined);
  if (certificates.length < blocks.length) return NO_CERTIFICATES;
  const over = certificates.find(({ validTo }) => Date.parse(validTo) <= now);
  return over && `has expired on ${new Date(over.validTo).toISOString()}`;
}

/** What is wrong with a private key in PEM, if anything, beside the certificate that it shall belong to. */
export function keyProblem(pem: string, certificate: string): string | undefined {
  const key = readKey(pem);
  if (!key) return 'is not a private key in PEM without a passphrase';
  const problem = clientKeyProblem(key);
  if (problem) return problem;
  const [block = ''] = blocksOf(certificate) ?? [];
  const first = readCertificate(block);
  // What is wrong with the certificate itself is said of the certificate.
  if (!first) return undefined;
  if (!first.checkPrivateKey(key)) return 'does not belong to the certificate';
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
