import type { ClientConfig } from 'pg';
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
}

/** What `pg` needs to connect, and what all pools of a process share. */
export interface Connection extends ClientConfig {
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
    ssl: tls(database.sslMode),
  };
}

function tls(mode: DatabaseSettings['sslMode']): ClientConfig['ssl'] {
  switch (mode) {
    case 'disable':
      return false;
    case 'require':
      return { rejectUnauthorized: false };
    case 'verify-ca':
      return { rejectUnauthorized: true, checkServerIdentity: () => undefined };
    case 'verify-full':
      return { rejectUnauthorized: true };
    default:
      return mode satisfies never;
  }
}
