import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { connect } from 'nats';
import { makeKnex } from '../../store/postgres/knex.js';
import { eventually } from '../../testkit/eventually.js';
import { startTestApp } from '../../testkit/kits/test-app.js';
import { makeTestDatabase } from '../../testkit/kits/test-database.js';
import { startReceiver } from '../../testkit/servers/receiver.js';
import { startTestNats } from '../../testkit/servers/test-nats.js';

it('rows of the audit are published after their commit, on subjects that never trigger a webhook', async () => {
  const database = await makeTestDatabase();
  const server = await startTestNats();
  const nats = await connect({ servers: server.url });
  const settings = { HUKZ_AUDIT_EVENTS: 'on', HUKZ_ALLOW_ALL_SUBJECTS: 'true' };
  const hukz = await startTestApp({ database, natsUrl: server.url }, settings);
  try {
    const told: { subject: string; body: Record<string, unknown> }[] = [];
    nats.subscribe('hukz.audit.>', {
      callback: (_error, message) => void told.push({ subject: message.subject, body: message.json() }),
    });
    await nats.flush();
    const event = await hukz.api.event('>');
    const id = await hukz.api.webhook('http://127.0.0.1:9/', [event], { space_id: 7 });
    await eventually(() => told.length >= 2, { what: 'two rows' });
    expect(told.map(({ subject }) => subject)).toEqual(['hukz.audit.-.event.create', 'hukz.audit.7.webhook.create']);
    expect(told[1]?.body).toMatchObject({ principal: 'user:1', object: `webhook:${id}`, space_id: 7 });
    const db = makeKnex(database.connection, { max: 1 });
    expect(await db('messages')).toEqual([]);
    await db.destroy();
  } finally {
    await nats.close();
    await hukz.stop();
    await server.stop();
    await database.drop();
  }
});

it('events that NATS refuses for want of a permission are counted as not published, each of its kind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hukz-refused-'));
  const deny = 'permissions: { publish: { deny: ["hukz.audit.>", "hukz.result.>"] } }';
  const config = `authorization { users: [{ user: a, password: b, ${deny} }] }`;
  await writeFile(join(folder, 'nats.conf'), config);
  const database = await makeTestDatabase();
  const server = await startTestNats({ args: ['-c', join(folder, 'nats.conf')] });
  const receiver = await startReceiver();
  const login = { HUKZ_NATS_USER_NAME: 'a', HUKZ_NATS_USER_PASSWORD: 'b' };
  const settings = { ...login, HUKZ_AUDIT_EVENTS: 'on', HUKZ_DELIVERY_EVENTS: 'on' };
  const hukz = await startTestApp({ database, natsUrl: server.url }, settings);
  try {
    await hukz.api.webhook(receiver.url, [await hukz.api.event('refused.made')]);
    expect((await hukz.api.post('/messages', { event: 'refused.made', payload: {} })).status).toBe(202);
    const dropped = async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${hukz.app.metricsPort}/metrics`)).text();
      const countOf = (name: string) =>
        Number(new RegExp(`^hukz_${name}_dropped_total (\\d+)$`, 'm').exec(metrics)?.[1]);
      return [countOf('audit_events'), countOf('results')];
    };
    await eventually(async () => (await dropped()).join() === '2,1', { what: 'two rows and one outcome' });
    expect(hukz.logger.lines.filter(({ name }) => name === 'nats.error')).not.toEqual([]);
  } finally {
    await hukz.stop();
    await receiver.stop();
    await server.stop();
    await database.drop();
    await rm(folder, { recursive: true });
  }
});
