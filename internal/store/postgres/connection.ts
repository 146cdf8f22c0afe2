import { readFileSync } from 'node:fs';
import type { ClientConfig } from 'pg';
import { messageOf } from '../../errors.js';
import { type Moves, makeMoves } from './moves.js';

/** Where a PostgreSQL may be: a name, an address or the directory of a Unix socket. */
export interface DatabaseHost {
  readonly host: string;
  readonly port: number;
}

export interface DatabaseSettings extends DatabaseHost {
  /** All of them, where several are given; the one that takes writes is used. */
  readonly hosts?: readonly DatabaseHost[];
  readonly user: string;
  readonly password: string;
  readonly name: string;
  /** libpq's words; `require` encrypts without checking the certificate, as libpq does. */
  readonly sslMode: 'disable' | 'require' | 'verify-ca' | 'verify-full';
  /** Paths of PEM files: the authorities to trust in place of the public ones, our certificate and its key. */
  readonly sslRootCert?: string;
  readonly sslCert?: string;
  readonly sslKey?: string;
}

/** What `pg` needs to connect, and what all pools of a process share. */
export interface Connection extends ClientConfig {
  /** `ssl` as it is now: the files behind it are read for each connection, so that a renewed certificate is used. */
  readonly freshSsl?: () => ClientConfig['ssl'];
  readonly hosts?: readonly DatabaseHost[];
  readonly moves?: Moves;
  /** Counts each session of a pool that must not be used again. */
  readonly onSessionLeft?: () => void;
}

/** Time limits on connecting and on statements are set, and a half-open connection is noticed. */
export function connectionFor(database: DatabaseSettings, applicationName: string): Connection {
  return {
    host: database.host,
    port: database.port,
    ...(database.hosts && { hosts: database.hosts }),
    moves: makeMoves(),
    user: database.user,
    password: database.password,
    database: database.name,
    application_name: applicationName,
    connectionTimeoutMillis: 5000,
    statement_timeout: 30_000,
    lock_timeout: 10_000,
    query_timeout: 40_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    freshSsl: () => tls(database),
  };
}

/** For a client that connects now. @throws {Error} that names the key when a file cannot be read */
export function withFreshSsl(connection: Connection): Connection {
  return connection.freshSsl ? { ...connection, ssl: connection.freshSsl() } : connection;
}

function tls(database: DatabaseSettings): ClientConfig['ssl'] {
  const { sslMode, sslRootCert, sslCert, sslKey } = database;
  const files = {
    ...(sslRootCert && { ca: readPem('DATABASE_SSL_ROOT_CERT', sslRootCert) }),
    ...(sslCert && { cert: readPem('DATABASE_SSL_CERT', sslCert) }),
    ...(sslKey && { key: readPem('DATABASE_SSL_KEY', sslKey) }),
  };
  switch (sslMode) {
    case 'disable':
      return false;
    case 'require':
      return sslRootCert ? { ...files, ...ANY_NAME } : { ...files, rejectUnauthorized: false };
    case 'verify-ca':
      return { ...files, ...ANY_NAME };
    case 'verify-full':
      return { ...files, rejectUnauthorized: true };
    default:
      return sslMode satisfies never;
  }
}

/** A certificate of a trusted authority, whatever name is in it. */
const ANY_NAME = { rejectUnauthorized: true, checkServerIdentity: () => undefined };

function readPem(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${key}: ${path} cannot be read (${messageOf(error)}); put a readable file there`);
  }
}
