import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { clientKeyProblem } from '../../domain/authorisation/key-limits.js';

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What is wrong with certificates in PEM, if anything. OpenSSL's own words are not repeated. */
export function certificateProblem(pem: string): string | undefined {
  return readCertificates(pem) ? undefined : 'is not one or more certificates in PEM';
}

export interface CertificateLimits {
  readonly now: number;
  readonly maxCount: number;
}

/** Why certificates in PEM are not taken now: there are too many of them, or one has expired. */
export function limitsProblem(pem: string, { now, maxCount }: CertificateLimits): string | undefined {
  const certificates = readCertificates(pem) ?? [];
  if (certificates.length > maxCount)
    return `holds ${certificates.length} certificates, at most ${maxCount} are allowed`;
  const over = certificates.find(({ validTo }) => Date.parse(validTo) <= now);
  return over && `has expired on ${new Date(over.validTo).toISOString()}`;
}

/** What is wrong with a private key in PEM, if anything, beside the certificate that it shall belong to. */
export function keyProblem(pem: string, certificate: string): string | undefined {
  const key = readKey(pem);
  if (!key) return 'is not a private key in PEM without a passphrase';
  const problem = clientKeyProblem(key);
  if (problem) return problem;
  const [first] = readCertificates(certificate) ?? [];
  if (first && !first.checkPrivateKey(key)) return 'does not belong to the certificate';
  try {
    createSecureContext({ cert: certificate, key: pem });
    return undefined;
  } catch {
    return 'cannot be used together with the certificate';
  }
}

function readCertificates(pem: string): readonly X509Certificate[] | undefined {
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length === 0 || pem.replace(BLOCK, '').includes('-----')) return undefined;
  try {
    return blocks.map((block) => new X509Certificate(block));
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
