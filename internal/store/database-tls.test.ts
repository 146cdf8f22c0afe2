import { chownSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Postgres, startPostgres } from '../local/postgres.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestDatabase } from '../testkit/kits/test-database.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { makeCertificates, type Pair } from '../testkit/servers/certificates.js';
import { runAsAdmin } from '../testkit/servers/test-server.js';
import { makeJournalPool } from './journal/journal-pool.js';
import { connectionFor, type DatabaseSettings } from './postgres/connection.js';
import { makeKnex } from './postgres/knex.js';

/** A server that accepts only encrypted connections, from clients with a certificate of their user. */
const STRICT = 'hostssl all all 127.0.0.1/32 password clientcert=verify-full\n';
const certificates = makeCertificates();
const foreign = makeCertificates();
let server: Postgres;
let folder: string;
let files: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hukz-database-tls-'));
  files = await mkdtemp(join(tmpdir(), 'hukz-database-tls-files-'));
  const dataDir = folder;
  server = await startPostgres({ dataDir, fsync: false });
  const { uid, gid } = statSync(dataDir);
  const put = (name: string, text: string) => {
    const path = join(dataDir, name);
    writeFileSync(path, text, { mode: 0o600 });
    chownSync(path, uid, gid);
  };
  put('server.crt', certificates.server.cert);
  put('server.key', certificates.server.key);
  put('root.crt', certificates.ca);
  put('pg_hba.conf', STRICT);
  await runAsAdmin(server, 'alter system set ssl_ca_file = "root.crt"');
  await runAsAdmin(server, 'alter system set ssl = on');
  await runAsAdmin(server, 'select pg_reload_conf()');
});
afterAll(async () => {
  await server.stop();
  await Promise.all([folder, files].map((each) => rm(each, { recursive: true, force: true })));
});

/** Rules for logging in apply to connections that are made later. */
async function rewriteRules(text: string): Promise<void> {
  const admin = makeKnex(connectionFor(settings({ ...show(certificates.client), sslMode: 'prefer' }), 'hukz/test'), {
    max: 1,
  });
  try {
    await admin.raw('select 1');
    writeFileSync(join(folder, 'pg_hba.conf'), text);
    await admin.raw('select pg_reload_conf()');
    await eventually(async () => (await admin.raw(RULES)).rows[0].kind === text.split(' ')[0], { what: 'the rules' });
  } finally {
    await admin.destroy();
  }
}

const RULES = 'select type as kind from pg_hba_file_rules';

const write = (name: string, text: string): string => {
  const path = join(files, name);
  writeFileSync(path, text);
  return path;
};
const show = ({ cert, key }: Pair) => ({ sslCert: write('client.crt', cert), sslKey: write('client.key', key) });
const settings = (more: Partial<DatabaseSettings>): DatabaseSettings => {
  const { port, user, password } = server;
  return { host: 'localhost', port, user, password, name: 'postgres', sslMode: 'verify-full', ...more };
};
const SSL = 'select ssl, client_dn as "clientDn" from pg_stat_ssl where pid = pg_backend_pid()';

/** Connects both the API's pool and the journal's pool, and returns how PostgreSQL sees their connections. */
async function connect(more: Partial<DatabaseSettings>): Promise<{ readonly ssl: boolean; readonly clientDn: string }> {
  const connection = connectionFor(settings(more), 'hukz/test');
  const db = makeKnex(connection, { max: 1 });
  const pool = makeJournalPool(connection, 1, makeTestLogger());
  try {
    const [byJournal] = await pool.run<{ ssl: boolean; clientDn: string }>({ text: SSL }, []);
    const { rows } = await db.raw<{ rows: { ssl: boolean; clientDn: string }[] }>(SSL);
    expect(rows).toEqual([byJournal]);
    return rows[0] as { ssl: boolean; clientDn: string };
  } finally {
    await Promise.all([db.destroy(), pool.stop()]);
  }
}

describe('a PostgreSQL with an authority of its own that asks for client certificates', () => {
  let ours: Partial<DatabaseSettings>;
  beforeEach(() => {
    ours = { sslRootCert: write('ca.pem', certificates.ca), ...show(certificates.client) };
  });

  it.each(['require', 'verify-ca', 'verify-full'] as const)('is connected to by both pools: %s', async (sslMode) => {
    expect(await connect({ ...ours, sslMode })).toEqual({ ssl: true, clientDn: '/CN=hukz' });
  });

  it.each(['prefer', 'allow'] as const)('is connected to with TLS, because it demands it: %s', async (sslMode) => {
    expect(await connect({ ...ours, sslMode })).toEqual({ ssl: true, clientDn: '/CN=hukz' });
    const { port } = server;
    const hosts = [
      { host: 'localhost', port },
      { host: '127.0.0.1', port },
    ];
    expect(await connect({ ...ours, hosts, sslMode })).toMatchObject({ ssl: true });
  });

  it('is refused when its authority is not the one that is trusted, whatever the mode', async () => {
    const sslRootCert = write('other-ca.pem', foreign.ca);
    await expect(connect({ ...ours, sslRootCert, sslMode: 'require' })).rejects.toThrow(/certificate/);
    await expect(connect({ ...ours, sslRootCert })).rejects.toThrow(/certificate/);
  });

  it('is refused under a name that its certificate does not have, unless only the authority is to be checked', async () => {
    await expect(connect({ ...ours, host: '127.0.0.1' })).rejects.toThrow(/does not match certificate/);
    expect(await connect({ ...ours, host: '127.0.0.1', sslMode: 'verify-ca' })).toMatchObject({ ssl: true });
  });

  it('refuses us without a certificate, in its own words', async () => {
    await expect(connect({ ...ours, sslCert: '', sslKey: '' })).rejects.toThrow(/requires a valid client certificate/);
  });

  it('gets a certificate that was renewed while hukz runs', async () => {
    const db = makeKnex(connectionFor(settings({ ...ours, ...show(foreign.client) }), 'hukz/test'), { max: 1 });
    try {
      await expect(db.raw('select 1')).rejects.toThrow(/certificate|alert|ECONNRESET|terminated/);
      show(certificates.client);
      await expect(db.raw('select 1')).resolves.toMatchObject({ rowCount: 1 });
    } finally {
      await db.destroy();
    }
  });

  it('is not connected to while a file cannot be read, which the error names with its key', async () => {
    await expect(connect({ ...ours, sslKey: '/nowhere/client.key' })).rejects.toThrow(
      /^DATABASE_SSL_KEY: \/nowhere\/client\.key cannot be read \(.*ENOENT.*put a readable file there$/,
    );
  });
});

describe('a PostgreSQL without TLS', () => {
  it.each(['prefer', 'allow'] as const)('is connected to without it: %s', async (sslMode) => {
    const database = await makeTestDatabase({ empty: true });
    const db = makeKnex(connectionFor({ ...database.settings, sslMode }, 'hukz/test'), { max: 2 });
    try {
      const { rows } = await db.raw<{ rows: { ssl: boolean }[] }>(SSL);
      expect(rows).toEqual([expect.objectContaining({ ssl: false })]);
    } finally {
      await db.destroy();
      await database.drop();
    }
  });

  it('is not connected to if TLS is required', async () => {
    const database = await makeTestDatabase({ empty: true });
    const db = makeKnex(connectionFor({ ...database.settings, sslMode: 'require' }, 'hukz/test'), { max: 1 });
    try {
      await expect(db.raw('select 1')).rejects.toThrow('does not support SSL');
    } finally {
      await db.destroy();
      await database.drop();
    }
  });
});

describe('a PostgreSQL that refuses TLS by its rules', () => {
  it.each([
    ['prefer', false],
    ['allow', false],
  ] as const)('is connected to without it: %s', async (sslMode, ssl) => {
    await rewriteRules('hostnossl all all 127.0.0.1/32 password\n');
    try {
      expect(await connect({ sslMode })).toMatchObject({ ssl });
    } finally {
      await rewriteRules(STRICT);
    }
  });
});
