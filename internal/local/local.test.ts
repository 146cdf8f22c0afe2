import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'nats';
import pg from 'pg';
import { findFreePort } from './free-port.js';
import { startNatsServer } from './nats-server.js';
import { startPostgres } from './postgres.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hukz-local-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function query(server: { host: string; port: number; user: string; password: string }, sql: string) {
  const client = new pg.Client({ ...server, database: 'postgres' });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded PostgreSQL', () => {
  it('finds its data again after a stop, and after the program that ran it was killed', async () => {
    // As root, the directory must be one that the user postgres may enter; a directory of mkdtemp is not.
    const dataDir = `${directory}-pg`;
    try {
      const first = await startPostgres({ dataDir });
      await query(first, 'create table kept (n int); insert into kept values (1)');
      await first.stop();

      const second = await startPostgres({ dataDir });
      expect(await query(second, 'select n from kept')).toEqual([{ n: 1 }]);
      await second.kill();

      const third = await startPostgres({ dataDir });
      expect(await query(third, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);

      // The third server was left running, as after a killed `up`: the fourth replaces it.
      const fourth = await startPostgres({ dataDir });
      await third.ended;
      expect(await query(fourth, 'select n from kept')).toEqual([{ n: 1 }]);
      await fourth.stop();
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describe('the local nats-server', () => {
  it('keeps its streams after a kill and replaces a server that was left behind', async () => {
    const storeDir = join(directory, 'nats');
    const first = await startNatsServer({ jetstream: true, storeDir });
    const before = await connect({ servers: first.url, reconnect: false });
    await (await before.jetstreamManager()).streams.add({ name: 'kept', subjects: ['kept'] });
    await first.kill();

    const second = await startNatsServer({ jetstream: true, storeDir });
    const third = await startNatsServer({ jetstream: true, storeDir });
    const after = await connect({ servers: third.url, reconnect: false });
    expect((await (await after.jetstreamManager()).streams.info('kept')).config.name).toBe('kept');
    await after.close();
    await third.stop();
    await second.stop();
  });

  it('says what went wrong when its port is taken', async () => {
    const port = await findFreePort();
    const squatter = createServer().listen(port, '127.0.0.1');
    await expect(startNatsServer({ jetstream: false, port })).rejects.toThrow(
      /nats-server ended at its start.*address already in use/s,
    );
    expect(await findFreePort(port)).not.toBe(port);
    squatter.close();
  });
});
