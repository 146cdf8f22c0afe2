import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Fault } from '../fault-table.js';

/** What a connection knows of the certificate that we show or do not show. */
export type ClientCertificate = 'not asked for' | 'shown' | 'missing';

/** By these alerts a server says that a client has to show a certificate; the first is that of TLS 1.3. */
const WANTED = /ALERT_(CERTIFICATE_REQUIRED|NO_CERTIFICATE)$/;
/** By these a server can say that it refuses a certificate, or that there is none; some stand for much else. */
const REFUSED =
  /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/;
/** A missing certificate under TLS 1.2, and much else. */
const HANDSHAKE_REFUSED = /ALERT_HANDSHAKE_FAILURE$/;

/**
 * A server that asks says which signatures it takes; Node has no other sign of it. Only for a socket whose handshake has
 * just ended: on one that is being destroyed the question crashes Node 20.
 */
export function clientCertificateOf(socket: Socket, isConfigured: boolean): ClientCertificate {
  if (!(socket instanceof TLSSocket) || socket.destroyed || !socket.getSharedSigalgs()?.length) return 'not asked for';
  return isConfigured ? 'shown' : 'missing';
}

/**
 * The same for a handshake that fails. The answer is noted when the secrets of the connection are made: under TLS 1.2 that
 * is after the server has asked, and before it refuses. The secrets themselves are not looked at.
 */
export function noteClientCertificate(socket: TLSSocket, isConfigured: boolean): () => ClientCertificate {
  let noted: ClientCertificate = 'not asked for';
  socket.on('keylog', () => {
    if (noted === 'not asked for') noted = clientCertificateOf(socket, isConfigured);
  });
  return () => noted;
}

/** What an alert means that has to do with the certificate of the client; undefined: it is another one. */
export function alertFault(code: string, certificate: ClientCertificate): Fault | undefined {
  const words = alertWords(code, certificate);
  return words === undefined ? undefined : { reason: 'tls', words };
}

function alertWords(code: string, certificate: ClientCertificate): string | undefined {
  const alert = (WANTED.exec(code) ?? REFUSED.exec(code))?.[1]?.toLowerCase().replaceAll('_', ' ');
  if (alert !== undefined && certificate === 'shown') return `the receiver refuses the client certificate (${alert})`;
  const hasNone = certificate === 'missing' ? ', and the webhook has none' : '';
  if (WANTED.test(code)) return `the receiver wants a client certificate${hasNone}`;
  if (certificate !== 'missing' || (alert === undefined && !HANDSHAKE_REFUSED.test(code))) return undefined;
  const why = alert === undefined ? '' : ` (${alert})`;
  return `the receiver refuses the TLS handshake${why}; it may want a client certificate, and the webhook has none`;
}

/** The fault in words that name the certificate, where its connection was asked for one and closed. */
export function explainByCertificate(fault: Fault, certificate: ClientCertificate): Fault {
  if (certificate === 'not asked for' || fault.reason !== 'closed') return fault;
  const missing = certificate === 'missing' ? ', and the webhook has none' : '';
  return { ...fault, words: `${fault.words}; the receiver had asked for a client certificate${missing}` };
}
