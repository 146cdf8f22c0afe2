import { DEFAULT_CIPHERS, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { DescribedFault } from '../connect-error.js';

/**
 * The parts of TLS that are offered. A server that may choose a finite-field group (kDHE under TLS 1.2, ffdhe under
 * 1.3) blocks the event loop for up to a second per handshake. RSA key exchange (kRSA) has no forward secrecy. Each
 * curve costs less than a millisecond.
 */
export const TLS_LIMITS = {
  minVersion: 'TLSv1.2',
  ciphers: `${DEFAULT_CIPHERS}:!kDHE:!kRSA`,
  ecdhCurve: 'X25519:P-256:P-384:P-521',
} as const satisfies SecureContextOptions;

/**
 * Under TLS 1.2, a server may request further handshakes on an open connection, without limit. Servers that require a
 * client certificate only for some paths do so once.
 */
const MAX_HANDSHAKES = 3;

/** Ends a connection whose server requests more handshakes than that. */
export function boundHandshakes(socket: TLSSocket): void {
  let handshakes = 0;
  socket.on('secure', () => {
    handshakes += 1;
    if (handshakes > MAX_HANDSHAKES)
      socket.destroy(new DescribedFault('tls', 'the receiver asks for one TLS handshake after another'));
  });
}

/**
 * Servers send one to four tickets per connection, which make later connections faster. Each ticket blocks the event
 * loop for 15 µs.
 */
const MAX_TICKETS = 20;

/**
 * Ends a connection whose server sends more tickets than that. A server may send them endlessly, before and after its
 * answer.
 */
export function boundTickets(socket: TLSSocket): void {
  let tickets = 0;
  socket.on('session', () => {
    tickets += 1;
    if (tickets > MAX_TICKETS)
      socket.destroy(new DescribedFault('tls', 'the receiver sends one TLS session ticket after another'));
  });
}
