import { expect, it } from '@jest/globals';
import { connect } from 'nats';
import { makeKnex } from '../../store/postgres/knex.js';
import { eventually } from '../../testkit/eventually.js';
import { startTestApp } from '../../testkit/kits/test-app.js';
import { makeTestDatabase } from '../../testkit/kits/test-database.js';
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
