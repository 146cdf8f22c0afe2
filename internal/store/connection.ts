import type { ClientConfig } from 'pg';

export interface DatabaseSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly name: string;
  /** libpq's words; `require` encrypts without checking the certificate, as libpq does. */
  readonly sslMode: 'disable' | 'require' | 'verify-ca' | 'verify-full';
}

/** What `pg` needs to connect: time limits on connecting and on statements, and a half-open connection is noticed. */
export function connectionFor(database: DatabaseSettings, applicationName: string): ClientConfig {
  return {
    host: database.host,
    port: database.port,
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
