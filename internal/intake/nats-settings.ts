import { readFile } from 'node:fs/promises';
import { type ConnectionOptions, credsAuthenticator, nkeyAuthenticator, type TlsOptions } from 'nats';

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
      }
    | undefined;
}

/** What the client needs to connect and to come back for ever. Rejects when a named file cannot be read. */
export async function natsOptions(settings: NatsSettings, name: string): Promise<ConnectionOptions> {
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
  if (settings.userName !== undefined) {
    options.user = settings.userName;
    options.pass = settings.userPassword ?? '';
  }
  if (settings.token !== undefined) options.token = settings.token;
  if (settings.tls) options.tls = tlsFiles(settings.tls);
  if (settings.credsFile !== undefined) {
    options.authenticator = credsAuthenticator(await readFile(settings.credsFile));
  } else if (settings.nkeySeedFile !== undefined) {
    const seed = (await readFile(settings.nkeySeedFile, 'utf8')).trim();
    options.authenticator = nkeyAuthenticator(new TextEncoder().encode(seed));
  }
  return options;
}

function tlsFiles(files: NonNullable<NatsSettings['tls']>): TlsOptions {
  const tls: TlsOptions = {};
  if (files.caFile !== undefined) tls.caFile = files.caFile;
  if (files.certFile !== undefined) tls.certFile = files.certFile;
  if (files.keyFile !== undefined) tls.keyFile = files.keyFile;
  return tls;
}
