import type { UnreachableReason } from '../../domain/delivery/outcome.js';

/** The meaning of an error code: which side failed, and the text for users. */
export interface Fault {
  readonly reason: UnreachableReason | 'forbidden_address' | 'local_fault';
  readonly description: string;
}

const entry = (reason: Fault['reason'], description: string): Fault => ({ reason, description });

const NOTHING_IN_COMMON =
  'the receiver refuses the TLS handshake (handshake failure): hukz offers key exchange by ECDHE on X25519, P-256, P-384 and P-521';
const TOO_OLD = 'the receiver does not support TLS 1.2 or later';

/** Codes of Node, of the system, of OpenSSL and of undici that have the same meaning at every stage of a request. */
export const FAULTS: ReadonlyMap<string, Fault> = new Map([
  // Faults of this machine, which a receiver cannot mend.
  ['EMFILE', entry('local_fault', 'too many open files in this process')],
  ['ENFILE', entry('local_fault', 'too many open files on this machine')],
  ['ENOBUFS', entry('local_fault', 'no socket buffers left on this machine')],
  ['ENOMEM', entry('local_fault', 'no memory left on this machine')],
  ['EADDRNOTAVAIL', entry('local_fault', 'no local address or port left to connect from')],
  ['ENETDOWN', entry('local_fault', 'the network of this machine is down')],
  // Faults of the connection.
  ['ECONNREFUSED', entry('connect', 'connection refused')],
  ['EHOSTUNREACH', entry('connect', 'host unreachable')],
  ['EHOSTDOWN', entry('connect', 'host is down')],
  ['ENETUNREACH', entry('connect', 'network unreachable')],
  ['EACCES', entry('connect', 'connecting is not permitted')],
  ['EPERM', entry('connect', 'connecting is not permitted')],
  ['ETIMEDOUT', entry('timeout', 'connection timed out')],
  // Faults of TLS.
  ['CERT_HAS_EXPIRED', entry('tls', 'certificate has expired')],
  ['CERT_NOT_YET_VALID', entry('tls', 'certificate is not valid yet')],
  ['CERT_REVOKED', entry('tls', 'certificate was revoked')],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', entry('tls', 'self-signed certificate')],
  ['SELF_SIGNED_CERT_IN_CHAIN', entry('tls', 'self-signed certificate in the chain')],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', entry('tls', 'certificate chain is incomplete')],
  ['UNABLE_TO_GET_ISSUER_CERT', entry('tls', 'certificate of an unknown issuer')],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', entry('tls', 'certificate of an unknown issuer')],
  ['ERR_TLS_CERT_ALTNAME_INVALID', entry('tls', 'certificate is for another host name')],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', entry('tls', NOTHING_IN_COMMON)],
  ['ERR_SSL_NO_CIPHERS_AVAILABLE', entry('tls', NOTHING_IN_COMMON)],
  ['ERR_SSL_WRONG_CIPHER_RETURNED', entry('tls', NOTHING_IN_COMMON)],
  ['ERR_SSL_WRONG_CURVE', entry('tls', NOTHING_IN_COMMON)],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', entry('tls', TOO_OLD)],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', entry('tls', TOO_OLD)],
  ['ERR_SSL_EXCESSIVE_MESSAGE_SIZE', entry('tls', "the receiver's certificates are larger than 100 KB")],
  ['ERR_SSL_WRONG_VERSION_NUMBER', entry('tls', 'the port does not speak TLS')],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', entry('tls', 'the port does not speak TLS')],
  // Faults of the answer.
  ['ERR_ASSERTION', entry('bad_response', 'the answer breaks HTTP')],
  // The following codes have the names of node:http.
  ['HPE_HEADER_OVERFLOW', entry('bad_response', 'headers larger than 16 KiB')],
  ['HPE_INVALID_CONSTANT', entry('bad_response', 'the answer is not HTTP')],
  // Faults of the request that hukz was asked to send.
  ['UND_ERR_INVALID_ARG', entry('bad_request', 'the request could not be built from the URL or a header')],
  ['UND_ERR_NOT_SUPPORTED', entry('bad_request', 'the request carries a header that is not supported')],
  ['ERR_SOCKET_BAD_PORT', entry('bad_request', 'the port is not valid')],
]);

/** Better texts for some of llhttp's reasons. Any other reason is shown in brackets. */
export const PARSER_FAULTS: ReadonlyMap<string, string> = new Map([
  ['Expected HTTP/, RTSP/ or ICE/', 'the answer is not HTTP'],
  ['Invalid HTTP version', 'the answer is not HTTP/1'],
  ['Invalid status code', 'the answer has no valid status'],
  ["Content-Length can't be present with Transfer-Encoding", 'the answer has two lengths'],
  ['Invalid EOF state', 'closed before the end of the body'],
]);

/** Codes of a connection that ended unexpectedly. Their meaning depends on the progress of the request. */
export const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET']);
