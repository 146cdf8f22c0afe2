import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { makeTestDatabase, type TestDatabase } from '../../testkit/kits/test-database.js';
import { isDatabaseAway } from './database-away.js';
import { makeHostChoice } from './hosts.js';

let open: TestDatabase;
let readOnly: TestDatabase;
let nobody: number;

beforeAll(async () => {
  open = await makeTestDatabase();
  readOnly = await makeTestDatabase();
  const client = new pg.Client(readOnly.connection);
  await client.connect();
  await client.query(`alter database ${readOnly.settings.name} set default_transaction_read_only = on`);
  await client.end();
  // This port was free a moment ago, so no server listens on it.
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  nobody = (server.address() as { port: number }).port;
  await new Promise((resolve) => server.close(resolve));
});
afterAll(async () => {
  await open.drop();
  await readOnly.drop();
});

describe('of several hosts', () => {
  it('the one that answers and takes writes is chosen', async () => {
    const here = { host: '127.0.0.1', port: open.settings.port };
    const choose = makeHostChoice({ ...open.connection, hosts: [{ host: '127.0.0.1', port: nobody }, here] });
    expect(await Promise.all([choose(), choose()])).toEqual([here, here]);
  });

  it('none is chosen when they can only read or do not answer: that is an outage, and says which did what', async () => {
    const hosts = [
      { host: '127.0.0.1', port: nobody },
      { host: '127.0.0.1', port: readOnly.settings.port },
    ];
    const problem = await makeHostChoice({ ...readOnly.connection, hosts })().catch((error: unknown) => error);
    expect(String(problem)).toContain(`127.0.0.1:${readOnly.settings.port}: the server can only read`);
    expect(String(problem)).toMatch(new RegExp(`127.0.0.1:${nobody}: .*ECONNREFUSED`));
    expect(isDatabaseAway(problem)).toBe(true);
  });

  it('the one that takes writes is found in time behind silent ones, at first and after it was moved', async () => {
    const silent = await Promise.all(
      [1, 2].map(async () => {
        const server = createServer((socket) => socket.on('error', () => undefined));
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        return server;
      }),
    );
    const hosts = [
      ...silent.map((server) => ({ host: '127.0.0.1', port: (server.address() as { port: number }).port })),
      { host: '127.0.0.1', port: open.settings.port },
    ];
    const choose = makeHostChoice({ ...open.connection, hosts });
    for (let n = 0; n < 2; n++) {
      const from = performance.now();
      expect(await choose()).toEqual(hosts[2]);
      expect(performance.now() - from).toBeLessThan(2500);
    }
    for (const server of silent) server.close();
  });

  it('a wrong password is reported as such', async () => {
    const hosts = [
      { host: '127.0.0.1', port: nobody },
      { host: '127.0.0.1', port: open.settings.port },
    ];
    const choose = makeHostChoice({ ...open.connection, password: 'wrong', hosts });
    await expect(choose()).rejects.toMatchObject({ code: '28P01' });
  });
});

it('a single host is not asked', async () => {
  const hosts = [{ host: '127.0.0.1', port: nobody }];
  expect(await makeHostChoice({ hosts })()).toEqual(hosts[0]);
});
