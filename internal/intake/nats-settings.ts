import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  type Authenticator,
  type ConnectionOptions,
  credsAuthenticator,
  nkeyAuthenticator,
  type TlsOptions,
} from 'nats';
import { FreshFile } from './fresh-file.js';

export interface NatsSettings {
  readonly servers: readonly string[];
  readonly userName?: string | undefined;
  readonly userPassword?: string | undefined;
  readonly token?: string | undefined;
  readonly nkeySeedFile?: string | undefined;
  readonly credsFile?: string | undefined;
  readonly tls?:
    | {
        readonly caFile?: string | undefined;
        readonly certFile?: string | undefined;
        readonly keyFile?: string | undefined;
        readonly handshakeFirst?: boolean | undefined;
      }
    | undefined;
  readonly inboxPrefix?: string | undefined;
}

export interface NatsOptionsDeps {
  readonly settings: NatsSettings;
  /** The name that NATS shows for the connection. */
  readonly name: string;
  /** Receives one sentence when a named file becomes unusable, once until it is usable again. */
  onUnusableFile(problem: string): void;
}

/**
 * The client's options to connect and to reconnect for ever. The named files are read for each connection.
 * @throws {Error} if one of them is unusable
 */
export function natsOptions({ settings, name, onUnusableFile }: NatsOptionsDeps): ConnectionOptions {
  const options: ConnectionOptions = {
    servers: [...settings.servers],
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    ignoreAuthErrorAbort: true,
    pingInterval: 15_000,
    maxPingOut: 2,
    timeout: 5000,
  };
  const file = <T>(key: string, path: string, parse: (bytes: Buffer) => T) =>
    new FreshFile({ key, path, onUnusable: onUnusableFile }, parse);
  if (settings.userName !== undefined) {
    options.user = settings.userName;
    options.pass = settings.userPassword ?? '';
  }
  if (settings.inboxPrefix !== undefined) options.inboxPrefix = settings.inboxPrefix;
  if (settings.token !== undefined) options.token = settings.token;
  if (settings.tls) options.tls = tlsOptions(settings.tls, file);
  if (settings.credsFile !== undefined) {
    options.authenticator = fresh(
      file('NATS_CREDS_FILE', settings.credsFile, (bytes) => tried(credsAuthenticator(bytes))),
    );
  } else if (settings.nkeySeedFile !== undefined) {
    const parse = (bytes: Buffer) => tried(nkeyAuthenticator(Buffer.from(bytes.toString().trim())));
    options.authenticator = fresh(file('NATS_NKEY_SEED_FILE', settings.nkeySeedFile, parse));
  }
  return options;
}

const fresh =
  (file: FreshFile<Authenticator>): Authenticator =>
  (nonce) =>
    file.get()(nonce);

/** The client reads its seed only on demand, and closes permanently if the authenticator throws then. */
function tried(authenticator: Authenticator): Authenticator {
  authenticator('tried');
  return authenticator;
}

type MakeFile = <T>(key: string, path: string, parse: (bytes: Buffer) => T) => FreshFile<T>;

/** The client reads these options at each handshake. */
function tlsOptions(
  { handshakeFirst = false, ...paths }: NonNullable<NatsSettings['tls']>,
  file: MakeFile,
): TlsOptions {
  const tls: TlsOptions = { handshakeFirst };
  const put = (member: 'ca' | 'cert' | 'key', path: string | undefined, check: (pem: string) => unknown) => {
    if (path === undefined) return;
    const parse = (bytes: Buffer) => {
      const pem = bytes.toString();
      check(pem);
      return pem;
    };
    const it = file(`NATS_TLS_${member.toUpperCase()}_FILE`, path, parse);
    Object.defineProperty(tls, member, { enumerable: true, get: () => it.get() });
  };
  put('ca', paths.caFile, (pem) => new X509Certificate(pem));
  put('cert', paths.certFile, (pem) => new X509Certificate(pem));
  put('key', paths.keyFile, (pem) => createPrivateKey(pem));
  return tls;
}
