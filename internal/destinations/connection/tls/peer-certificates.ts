import tls, { type PeerCertificate, type TLSSocket } from 'node:tls';
import { DescribedFault } from '../connect-error.js';

const MAX_CERTIFICATES = 10;
const MAX_RSA_BITS = 8192;
/** Node shows every larger exponent as this value. */
const LARGE_EXPONENT = (1n << 64n) - 1n;

/**
 * OpenSSL has checked all certificates of a server, up to 100 KB of them, before Node shows them. For 60 certificates
 * whose RSA keys have an exponent of 3072 bits, that blocks the event loop for 0.35 s. Connections to such a server
 * fail, so that the circuit of its webhook opens.
 */
function chainProblem(leaf: PeerCertificate): string | undefined {
  let certificate: PeerCertificate | undefined = leaf;
  for (let count = 1; certificate; count += 1) {
    if (count > MAX_CERTIFICATES) return `the receiver sends more than ${MAX_CERTIFICATES} certificates`;
    const { bits = 0, exponent = '0x0' } = certificate;
    if (bits > MAX_RSA_BITS || BigInt(exponent) >= LARGE_EXPONENT)
      return `a certificate of the receiver has a key above RSA ${MAX_RSA_BITS}, or an RSA exponent above 64 bits`;
    certificate = issuerOf(certificate);
  }
  return undefined;
}

/** Makes Node's own check of the host name, and a check of the certificates. */
export function checkServerIdentity(hostname: string, leaf: PeerCertificate): Error | undefined {
  const problem = chainProblem(leaf);
  return problem === undefined ? tls.checkServerIdentity(hostname, leaf) : new DescribedFault('tls', problem);
}

/** Makes the check for a connection whose certificates Node does not check. */
export function chainFault(socket: TLSSocket): DescribedFault | undefined {
  const problem = chainProblem(socket.getPeerCertificate(true));
  return problem === undefined ? undefined : new DescribedFault('tls', problem);
}

/** Node returns the whole chain, in which a root is its own issuer. */
function issuerOf(certificate: PeerCertificate): PeerCertificate | undefined {
  const issuer = 'issuerCertificate' in certificate ? certificate.issuerCertificate : undefined;
  return issuer === certificate ? undefined : (issuer as PeerCertificate | undefined);
}
