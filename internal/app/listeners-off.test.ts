import { expect, it } from '@jest/globals';
import { connect } from 'nats';
import { writeListenerAnswer } from '../domain/listening/listener-answer.js';
import { eventually } from '../testkit/eventually.js';
import { startTestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase } from '../testkit/kits/test-database.js';
import { startTestNats } from '../testkit/servers/test-nats.js';

it('deliveries of a listening webhook wait while listeners are turned off, and use up no attempt', async () => {
  const database = await makeTestDatabase();
  const server = await startTestNats();
  const nats = await connect({ servers: server.url });
  const start = (allowed: boolean) =>
    startTestApp(
      { database, natsUrl: server.url },
      { HUKZ_WEBHOOK_LISTENERS: `${allowed}`, HUKZ_INSTANCE_NAME: 'one' },
    );

  const before = await start(true);
  const event = await before.api.event('listen.off');
  const id = await before.api.webhook('http://localhost:3000/', [event], { listen: '15m' });
  await before.stop();

  const without = await start(false);
  const asked: string[] = [];
  nats.subscribe(`$HUKZ.LISTEN.0.${id}`, {
    callback: (_error, msg) => {
      asked.push(msg.string());
      msg.respond(writeListenerAnswer({ kind: 'answered', status: 204, body: Buffer.alloc(0) }));
    },
  });
  nats.publish('listen.off', '{"n":1}');
  const logs = async (app: typeof without) => (await app.api.get(`/webhooks/logs?webhook_id=${id}`)).body.nodes;
  await eventually(async () => (await logs(without)).length > 0, { what: 'a log row' });
  expect((await logs(without))[0]).toMatchObject({
    outcome: 'local_fault',
    error: expect.stringContaining('listen is not allowed here'),
  });
  expect((await without.api.get(`/accounting?webhook_id=${id}`)).body).toMatchObject({ pending: 1, dead: 0 });
  expect(without.logger.lines.filter(({ name }) => name === 'listener.not_allowed')).toHaveLength(1);
  expect(asked).toEqual([]);
  await without.stop();

  const again = await start(true);
  await eventually(() => asked.length > 0, { what: 'a request to the prompt' });
  await eventually(async () => (await logs(again))[0]?.outcome === 'delivered', { what: 'a delivery' });
  expect(asked).toHaveLength(1);

  await again.stop();
  await nats.close();
  await server.stop();
  await database.drop();
});
