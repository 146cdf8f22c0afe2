import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'nats';
import pg from 'pg';
import { eventually } from './eventually.js';
import { makeTestDatabase } from './kits/test-database.js';
import { type Receiver, startReceiver } from './servers/receiver.js';
import { startTestNats } from './servers/test-nats.js';

describe('a test database', () => {
  it('is migrated, belongs to the caller alone, and is gone after the drop', async () => {
    const [mine, other] = await Promise.all([makeTestDatabase(), makeTestDatabase()]);
    const client = new pg.Client(mine.connection);
    const cut = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await client.query('create table only_mine (n int)');
    expect((await client.query("select to_regclass('webhook_logs') as logs")).rows).toEqual([{ logs: 'webhook_logs' }]);

    const stranger = new pg.Client(other.connection);
    await stranger.connect();
    expect((await stranger.query("select to_regclass('only_mine') as mine")).rows).toEqual([{ mine: null }]);
    await stranger.end();

    await Promise.all([mine.drop(), other.drop()]);
    await cut;
    await expect(new pg.Client(mine.connection).connect()).rejects.toThrow('does not exist');
  });
});

describe('a test nats-server', () => {
  it('carries messages', async () => {
    const server = await startTestNats();
    const connection = await connect({ servers: server.url });
    const subscription = connection.subscribe('greetings', { max: 1 });
    connection.publish('greetings', 'hello');
    for await (const message of subscription) expect(message.string()).toBe('hello');
    await connection.close();
    await server.stop();
  });
});

describe('a receiver', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver.stop());
  const post = (body: string) => fetch(`${receiver.url}/hook`, { method: 'POST', body, headers: { 'X-Kind': 'test' } });

  it('keeps the requests that it receives', async () => {
    expect((await post('{"n":1}')).status).toBe(200);
    const [request] = await receiver.waitFor(1);
    expect(request).toMatchObject({ method: 'POST', url: '/hook', headers: { 'x-kind': 'test' } });
    expect(request!.body.toString()).toBe('{"n":1}');
  });

  it('answers, delays, cuts and writes garbage as its behaviour says', async () => {
    receiver.behave({ status: 503, headers: { 'Retry-After': '7' }, body: 'busy', delayMs: 20 });
    const busy = await post('');
    expect([busy.status, busy.headers.get('retry-after'), await busy.text()]).toEqual([503, '7', 'busy']);

    receiver.behave({ cut: true });
    await expect(post('')).rejects.toThrow();

    receiver.behave({ raw: (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n') });
    await expect(post('')).rejects.toThrow();

    receiver.behave((_request, index) => ({ status: index % 2 ? 201 : 202 }));
    expect([(await post('')).status, (await post('')).status].sort()).toEqual([201, 202]);
  });

  it('reports how many requests came if it waits in vain', async () => {
    await expect(receiver.waitFor(1000, 30)).rejects.toThrow(
      /1000 requests at the receiver: not within 90 ms; \d came/,
    );
  });
});

describe('waiting for a condition', () => {
  it('ends when the condition holds, even if it threw before, and otherwise at its time limit', async () => {
    let calls = 0;
    await eventually(
      () => {
        calls += 1;
        if (calls < 3) throw new Error('not yet');
        return true;
      },
      { what: 'the third call' },
    );
    await expect(eventually(() => false, { what: 'a miracle', timeoutMs: 30 })).rejects.toThrow(
      'a miracle: not within 90 ms',
    );
  });
});
