import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Fault } from '../fault-table.js';

/** Whether a server requested our client certificate, and whether we showed one. */
export type ClientCertificate = 'not asked for' | 'shown' | 'missing';

/** Alerts by which a server says that a client must show a certificate. The first one is that of TLS 1.3. */
const WANTED = /ALERT_(CERTIFICATE_REQUIRED|NO_CERTIFICATE)$/;
/**
 * Alerts by which a server may say that it refuses a certificate, or that there is none. Some have many other meanings.
 */
const REFUSED =
  /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/;
/** This alert means a missing certificate under TLS 1.2, among many other failures. */
const HANDSHAKE_REFUSED = /ALERT_HANDSHAKE_FAILURE$/;

/**
 * A server that requests a certificate lists the signature algorithms that it accepts; Node has no other sign of the
 * request. Call this function only for a socket whose handshake has just ended: on a socket that is being destroyed,
 * the query crashes Node 20.
 */
export function clientCertificateOf(socket: Socket, isConfigured: boolean): ClientCertificate {
  if (!(socket instanceof TLSSocket) || socket.destroyed || !socket.getSharedSigalgs()?.length) return 'not asked for';
  return isConfigured ? 'shown' : 'missing';
}

/**
 * Makes the same check for a handshake that fails. The result is recorded when the secrets of the connection are
 * created: under TLS 1.2, that is after the server's request and before its refusal. The secrets themselves are not
 * read.
 */
export function noteClientCertificate(socket: TLSSocket, isConfigured: boolean): () => ClientCertificate {
  let noted: ClientCertificate = 'not asked for';
  socket.on('keylog', () => {
    if (noted === 'not asked for') noted = clientCertificateOf(socket, isConfigured);
  });
  return () => noted;
}

/** Explains an alert that concerns the client's certificate. Undefined means another alert. */
export function alertFault(code: string, certificate: ClientCertificate): Fault | undefined {
  const description = describeAlert(code, certificate);
  return description === undefined ? undefined : { reason: 'tls', description };
}

function describeAlert(code: string, certificate: ClientCertificate): string | undefined {
  const alert = (WANTED.exec(code) ?? REFUSED.exec(code))?.[1]?.toLowerCase().replaceAll('_', ' ');
  if (alert !== undefined && certificate === 'shown') return `the receiver refuses the client certificate (${alert})`;
  const hasNone = certificate === 'missing' ? ', and the webhook has none' : '';
  if (WANTED.test(code)) return `the receiver requires a client certificate${hasNone}`;
  if (certificate !== 'missing' || (alert === undefined && !HANDSHAKE_REFUSED.test(code))) return undefined;
  const why = alert === undefined ? '' : ` (${alert})`;
  return `the receiver refuses the TLS handshake${why}; it may require a client certificate, and the webhook has none`;
}

/** Rewords a fault to mention the certificate, when the server requested one and closed the connection. */
export function explainByCertificate(fault: Fault, certificate: ClientCertificate): Fault {
  if (certificate === 'not asked for' || fault.reason !== 'closed') return fault;
  const missing = certificate === 'missing' ? ', and the webhook has none' : '';
  return { ...fault, description: `${fault.description}; the receiver had asked for a client certificate${missing}` };
}
