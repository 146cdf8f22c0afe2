import { readFileSync } from 'node:fs';
import type { ClientConfig } from 'pg';
import { messageOf } from '../../errors.js';
import { type Moves, makeMoves } from './moves.js';
import { makeSslChoice, type Ssl } from './ssl-choice.js';

/** The address of a PostgreSQL server: a name, an IP address or the directory of a Unix socket. */
export interface DatabaseHost {
  readonly host: string;
  readonly port: number;
}

export interface DatabaseSettings extends DatabaseHost {
  /** All hosts, if several are configured. The one that accepts writes is used. */
  readonly hosts?: readonly DatabaseHost[];
  readonly user: string;
  readonly password: string;
  readonly name: string;
  /** libpq's values. `require` encrypts without checking the certificate, as in libpq. */
  readonly sslMode: 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  /** Paths of PEM files: the authorities to trust in place of the public ones, our certificate and its key. */
  readonly sslRootCert?: string;
  readonly sslCert?: string;
  readonly sslKey?: string;
}

/** The settings that `pg` needs to connect, and the state that all pools of a process share. */
export interface Connection extends ClientConfig {
  /**
   * Returns `ssl` for a host, from the current files. The files are read for each connection, so that a renewed
   * certificate is used.
   */
  readonly freshSsl?: (at: DatabaseHost) => Promise<Ssl>;
  readonly hosts?: readonly DatabaseHost[];
  readonly moves?: Moves;
  /** Called for each session of a pool that must not be used again. */
  readonly onSessionLeft?: () => void;
}

/** Sets time limits for connecting and for statements. TCP keepalive detects a half-open connection. */
export function connectionFor(database: DatabaseSettings, applicationName: string): Connection {
  const login = {
    user: database.user,
    password: database.password,
    database: database.name,
    application_name: applicationName,
  };
  return {
    host: database.host,
    port: database.port,
    ...(database.hosts && { hosts: database.hosts }),
    moves: makeMoves(),
    ...login,
    connectionTimeoutMillis: 5000,
    statement_timeout: 30_000,
    lock_timeout: 10_000,
    query_timeout: 40_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    freshSsl: makeFreshSsl(database, login),
  };
}

/** The returned function throws an `UnreadableFile` that names the key when a file cannot be read. */
function makeFreshSsl(database: DatabaseSettings, login: ClientConfig): (at: DatabaseHost) => Promise<Ssl> {
  const { sslMode: mode } = database;
  const encrypted = () => tls(database);
  return mode === 'prefer' || mode === 'allow' ? makeSslChoice({ mode, login, encrypted }) : async () => encrypted();
}

function tls(database: DatabaseSettings): Ssl {
  const { sslMode, sslRootCert, sslCert, sslKey } = database;
  const files = {
    ...(sslRootCert && { ca: readPem('DATABASE_SSL_ROOT_CERT', sslRootCert) }),
    ...(sslCert && { cert: readPem('DATABASE_SSL_CERT', sslCert) }),
    ...(sslKey && { key: readPem('DATABASE_SSL_KEY', sslKey) }),
  };
  switch (sslMode) {
    case 'disable':
      return false;
    case 'allow':
    case 'prefer':
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

/** Accepts any certificate of a trusted authority, whatever its name is. */
const ANY_NAME = { rejectUnauthorized: true, checkServerIdentity: () => undefined };

/** Thrown when a file that a setting names cannot be read. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

function readPem(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UnreadableFile(`${key}: ${path} cannot be read (${messageOf(error)}); put a readable file there`);
  }
}
