import net from 'node:net';
import tls from 'node:tls';
import type { Destination } from '../../../domain/egress/egress-rules.js';
import { DescribedFault } from '../connect-error.js';
import { codeOf } from '../describe-error.js';
import { alertFault, noteClientCertificate } from './client-certificate.js';
import { checkServerIdentity } from './peer-certificates.js';
import { boundHandshakes, boundTickets } from './tls-limits.js';
import type { TlsProfile } from './tls-profile.js';

export interface TlsRequest {
  readonly to: Destination;
  readonly tls?: TlsProfile;
  readonly session?: Buffer;
  onSession?(session: Buffer): void;
}

/** Begins TLS to the addresses of a target, or over the target's socket. */
export function connectTls(
  { to, tls: profile, session, onSession }: TlsRequest,
  target: tls.ConnectionOptions & net.TcpNetConnectOpts,
  secureContext: tls.SecureContext,
): tls.TLSSocket {
  const socket = tls.connect({
    ...target,
    servername: net.isIP(to.hostname) ? '' : to.hostname.replace(/\.$/, ''),
    ALPNProtocols: ['http/1.1'],
    secureContext,
    rejectUnauthorized: !profile?.insecure,
    checkServerIdentity,
    ...(session && { session }),
  });
  if (onSession) socket.on('session', onSession);
  boundHandshakes(socket);
  boundTickets(socket);
  return socket;
}

/** Explains an error of the handshake, including those that concern the client's certificate. */
export function explainTls(socket: tls.TLSSocket, profile: TlsProfile | undefined): (error: Error) => Error {
  const certificate = noteClientCertificate(socket, profile?.cert !== undefined);
  return (error) => {
    const fault = alertFault(codeOf(error), certificate());
    return fault ? new DescribedFault(fault.reason, fault.description) : error;
  };
}
