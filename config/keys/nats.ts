import { flag, inboxPrefix, natsServers, optionalText } from '../formats.js';
import { key, required } from '../key.js';

/** The connection to NATS. */
export const natsKeys = {
  servers: required('NATS_URL', 'nats://localhost:4222', {
    doc: 'URLs of the NATS servers, comma-separated.',
    format: natsServers,
    sensitive: true,
  }),
  userName: key('NATS_USER_NAME', '', { doc: 'NATS user, if the servers require one.', format: optionalText }),
  userPassword: key('NATS_USER_PASSWORD', '', {
    doc: 'Password of NATS_USER_NAME.',
    format: optionalText,
    sensitive: true,
  }),
  token: key('NATS_TOKEN', '', {
    doc: 'NATS token, used instead of a user and a password.',
    format: optionalText,
    sensitive: true,
  }),
  nkeySeedFile: key('NATS_NKEY_SEED_FILE', '', {
    doc: 'File with an nkey seed for NATS, used instead of a password. hukz reads it for each connection.',
    format: optionalText,
  }),
  credsFile: key('NATS_CREDS_FILE', '', {
    doc: 'Credentials file (.creds) for NATS, used instead of a password. hukz reads it for each connection.',
    format: optionalText,
  }),
  accountsDirectory: key('NATS_ACCOUNTS_DIR', '', {
    doc: 'Directory with a credentials file per space, such as 7.creds or acme.creds. hukz connects with each, and its messages belong to that space. At most 200; changes are followed. Empty: none.',
    format: optionalText,
  }),
  tls: {
    caFile: key('NATS_TLS_CA_FILE', '', {
      doc: 'File with the certificate authorities to trust for NATS. Any of the keys NATS_TLS_CA_FILE, NATS_TLS_CERT_FILE and NATS_TLS_KEY_FILE turns TLS on.',
      format: optionalText,
    }),
    certFile: key('NATS_TLS_CERT_FILE', '', {
      doc: 'File with the client certificate for NATS.',
      format: optionalText,
    }),
    keyFile: key('NATS_TLS_KEY_FILE', '', {
      doc: 'File with the private key of NATS_TLS_CERT_FILE.',
      format: optionalText,
    }),
    handshakeFirst: key('NATS_TLS_HANDSHAKE_FIRST', 'false', {
      doc: 'Starts TLS before the NATS server sends its first line, for servers with handshake_first (nats-server 2.10 and newer).',
      format: flag,
    }),
  },
  inboxPrefix: key('NATS_INBOX_PREFIX', '_INBOX', {
    doc: 'Prefix of the subjects on which hukz receives NATS replies, for a user that may not subscribe to _INBOX.>.',
    format: inboxPrefix,
  }),
};
