import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Fault } from './fault-table.js';

/** What a connection knows of the certificate that we show or do not show. */
export type ClientCertificate = 'not asked for' | 'shown' | 'missing';

/** By these alerts a server says that it does not let a client in; the first is for one without a certificate, under TLS 1.3. */
const ALERT =
  /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR|NO_CERTIFICATE)$/;
/** The same under TLS 1.2, and for much else. */
const REFUSAL = /ALERT_HANDSHAKE_FAILURE$/;

/**
 * A server that asks says which signatures it takes; Node has no other sign of it. Only for a socket whose handshake has
 * just ended: on one that is being destroyed the question crashes Node 20.
 */
export function clientCertificateOf(socket: Socket, isConfigured: boolean): ClientCertificate {
  if (!(socket instanceof TLSSocket) || socket.destroyed || !socket.getSharedSigalgs()?.length) return 'not asked for';
  return isConfigured ? 'shown' : 'missing';
}

/** What an alert means that has to do with the certificate of the client; undefined: it is another one. */
export function alertFault(code: string, certificate: ClientCertificate): Fault | undefined {
  const [, alert] = ALERT.exec(code) ?? [];
  const isMissing = certificate === 'missing';
  if (!alert) {
    const mayWant =
      'the receiver refuses the TLS handshake; it may want a client certificate, and the webhook has none';
    return isMissing && REFUSAL.test(code) ? { reason: 'tls', words: mayWant } : undefined;
  }
  const words = isMissing
    ? 'the receiver wants a client certificate, and the webhook has none'
    : `the receiver refuses the client certificate (${alert.toLowerCase().replaceAll('_', ' ')})`;
  return { reason: 'tls', words };
}

/** The fault in words that name the certificate, where its connection was asked for one and closed. */
export function explainByCertificate(fault: Fault, certificate: ClientCertificate): Fault {
  if (certificate === 'not asked for' || fault.reason !== 'closed') return fault;
  const missing = certificate === 'missing' ? ', and the webhook has none' : '';
  return { ...fault, words: `${fault.words}; the receiver had asked for a client certificate${missing}` };
}
