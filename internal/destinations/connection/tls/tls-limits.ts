import { DEFAULT_CIPHERS, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { KnownFault } from '../connect-error.js';

/**
 * What of TLS is offered. A server that may choose a group of finite fields (kDHE under TLS 1.2, ffdhe under 1.3) takes up to a
 * second of our event loop per handshake; RSA key exchange (kRSA) has no forward secrecy. Each curve costs below a millisecond.
 */
export const TLS_LIMITS = {
  minVersion: 'TLSv1.2',
  ciphers: `${DEFAULT_CIPHERS}:!kDHE:!kRSA`,
  ecdhCurve: 'X25519:P-256:P-384:P-521',
} as const satisfies SecureContextOptions;

/**
 * A server may ask for another handshake on an open connection (TLS 1.2), as often as it likes. Those that want a client
 * certificate for some paths only do so once.
 */
const MAX_HANDSHAKES = 3;

/** Ends a connection whose server asks for more handshakes than that. */
export function boundHandshakes(socket: TLSSocket): void {
  let handshakes = 0;
  socket.on('secure', () => {
    handshakes += 1;
    if (handshakes > MAX_HANDSHAKES)
      socket.destroy(new KnownFault('tls', 'the receiver asks for one TLS handshake after another'));
  });
}

/** Servers give one to four tickets per connection, by which later ones are made faster. Each takes 15 µs of our event loop. */
const MAX_TICKETS = 20;

/** Ends a connection whose server gives more tickets than that: it may go on without end, before its answer and after it. */
export function boundTickets(socket: TLSSocket): void {
  let tickets = 0;
  socket.on('session', () => {
    tickets += 1;
    if (tickets > MAX_TICKETS)
      socket.destroy(new KnownFault('tls', 'the receiver gives one TLS session ticket after another'));
  });
}
