import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { openLedger } from '../testkit/account.js';
import { eventually } from '../testkit/eventually.js';
import type { TestApp } from '../testkit/kits/test-app.js';
import { newerNatsServer } from '../testkit/servers/newer-nats.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';
import { linesOf, readinessOf, useConfiguredNats } from '../testkit/servers/use-configured-nats.js';

const kit = useConfiguredNats();
const newer = newerNatsServer();
const servers: readonly (readonly [string, string | undefined])[] = [
  ['the server in PATH', undefined],
  ...(newer ? [['a newer server', newer] as const] : []),
];
const LOGIN = { HUKZ_NATS_USER_NAME: 'hukz', HUKZ_NATS_USER_PASSWORD: 'pw' };

/** The code block of a section of the page. */
async function permissionsOf(section: string): Promise<string> {
  const page = await readFile('docs/nats-permissions.md', 'utf8');
  const [, text = ''] = page.split(`\n## ${section}\n`);
  const block = /```\n([^`]*)```/.exec(text)?.[1];
  if (block === undefined) throw new Error(`docs/nats-permissions.md has no block in "${section}"`);
  return block;
}
const withUser = (permissions: string) => `
no_auth_user: all
authorization { users: [ { user: hukz, password: pw, ${permissions} }, { user: all, password: all } ] }`;

const refusedToUs = (app: TestApp) =>
  [...linesOf(app, 'nats.error'), ...linesOf(app, 'intake.degraded')].map(({ fields }) => fields);

describe.each(servers)('exactly the permissions of docs/nats-permissions.md, on %s,', (_name, binary) => {
  it('are enough for INTAKE=core, with receipts, and after a restart', async () => {
    await kit.serve(withUser(await permissionsOf('INTAKE=core')), binary);
    const settings = { ...LOGIN, HUKZ_INTAKE: 'core', HUKZ_EVENT_SUBJECTS: 'app.>,orders.>' };
    const first = await kit.start(settings);
    await first.api.webhook(kit.receiver.url, [await first.api.event('app.*'), await first.api.event('orders.made')]);
    expect((await requestReceipt(kit.nats, { subject: 'app.a', payload: '{}' })).json()).toMatchObject({ webhooks: 1 });
    await kit.stopLast();
    const second = await kit.start(settings);
    await kit.publish('orders.made', 1);
    await kit.receiver.waitFor(2);
    expect(await readinessOf(second)).toEqual({ status: 200, degraded: [] });
    expect([first, second].flatMap(refusedToUs)).toEqual([]);
    expect((await second.api.post('/events', { event: 'secret.made' })).status).toBe(422);
  });

  it('are enough for INTAKE=jetstream, and to read again what the database has lost', async () => {
    await kit.serve(withUser(await permissionsOf('INTAKE=jetstream')), binary);
    const first = await kit.start(LOGIN);
    const id = await first.api.event('app.*');
    await first.api.webhook(kit.receiver.url, [id]);
    await kit.publish('app.a', 10);
    await kit.receiver.waitFor(10);
    await kit.stopLast();
    await losePositionsAnd('HUKZ', 5);
    const second = await kit.start(LOGIN);
    await second.api.patch(`/events/${id}`, { event: 'orders.*' });
    await kit.publish('orders.made', 1);
    await kit.receiver.waitFor(16, 20_000);
    expect(await readinessOf(second)).toEqual({ status: 200, degraded: [] });
    expect([first, second].flatMap(refusedToUs)).toEqual([]);
  });

  it('are enough to read a stream of others too', async () => {
    const [own, theirs] = [await permissionsOf('INTAKE=jetstream'), await permissionsOf('Streams of yours')];
    const permissions = own.replace('    "$JS.ACK.HUKZ.hukz.>"\n', (line) => `${line}${theirs}`);
    await kit.serve(withUser(permissions), binary);
    await kit.stream('ORDERS');
    const first = await kit.start(LOGIN);
    await first.api.webhook(kit.receiver.url, [await first.api.event('orders.*'), await first.api.event('app.a')]);
    await kit.publish('orders.made', 10);
    await kit.publish('app.a', 1);
    await kit.receiver.waitFor(11);
    await kit.stopLast();
    await losePositionsAnd('ORDERS', 5);
    const second = await kit.start(LOGIN);
    await kit.receiver.waitFor(16, 20_000);
    expect(await readinessOf(second)).toEqual({ status: 200, degraded: [] });
    expect([first, second].flatMap(refusedToUs)).toEqual([]);
  });
});

// An older server that got JetStream by its command line shuts JetStream down at a reload.
const withNewer = newer ? it : it.skip;

withNewer(
  'a permission that is withdrawn from a stream degrades its event alone, and one that is granted again ends that',
  async () => {
    const [own, theirs] = [await permissionsOf('INTAKE=jetstream'), await permissionsOf('Streams of yours')];
    const all = own.replace('    "$JS.ACK.HUKZ.hukz.>"\n', (line) => `${line}${theirs}`);
    await kit.serve(withUser(all), newer);
    await kit.stream('ORDERS');
    const app = await kit.start(LOGIN);
    await app.api.webhook(kit.receiver.url, [await app.api.event('orders.made'), await app.api.event('app.a')]);
    await kit.reload(withUser(own));
    const degraded = async () => (await readinessOf(app)).degraded.map(({ event }: { event: string }) => event);
    await eventually(async () => (await degraded()).includes('orders.made'), { what: 'told', timeoutMs: 40_000 });
    expect(await degraded()).toEqual(['orders.made']);
    const {
      status,
      degraded: [told],
    } = await readinessOf(app);
    expect([status, told.reason]).toEqual([200, expect.stringMatching(/^(pull|consumer)_refused$/)]);
    const refused = await app.api.post('/events', { event: 'orders.paid' });
    expect([refused.status, refused.body.errors[0].message]).toEqual([
      422,
      expect.stringMatching(/NATS user of hukz lacks a permission: docs\/nats-permissions\.md/),
    ]);
    expect(JSON.stringify(refused.body)).not.toMatch(/violation|\$JS/i);
    await kit.publish('app.a', 1);
    await kit.receiver.waitFor(1);
    await kit.reload(withUser(all));
    await eventually(async () => (await degraded()).length === 0, { what: 'the end of it', timeoutMs: 70_000 });
    await kit.publish('orders.made', 1);
    await kit.receiver.waitFor(2, 10_000);
  },
  150_000,
);

/** Acts like a restore from a backup that lacked the positions and the messages after a sequence. */
async function losePositionsAnd(stream: string, behind: number): Promise<void> {
  const ledger = await openLedger(kit.database);
  const [consumer] = await kit.jsm.consumers.list(stream).next();
  expect(consumer?.num_ack_pending).toBe(0);
  const isOurs = `hukz_sequence_of(id) > ${behind} and subject like '${stream === 'HUKZ' ? 'app' : 'orders'}.%'`;
  await ledger.query(`
    begin;
    delete from webhook_logs where message_id in (select id from messages where ${isOurs});
    delete from messages where ${isOurs};
    delete from stream_positions;
    commit`);
  await ledger.close();
}

it('a stream that our user may not change refuses an event before it is stored', async () => {
  const own = (await permissionsOf('INTAKE=jetstream')).replace('"$JS.API.STREAM.UPDATE.HUKZ"', '');
  await kit.serve(withUser(own));
  const { api } = await kit.start(LOGIN);
  await api.webhook(kit.receiver.url, [await api.event('app.a')]);
  for (const _again of [1, 2]) {
    const refused = await api.post('/events', { event: 'app.b' });
    expect([refused.status, refused.body.errors[0].source]).toEqual([422, 'event']);
    expect(refused.body.errors[0].message).toMatch(/NATS user of hukz lacks a permission/);
  }
  expect((await api.get('/events')).body.total).toBe(1);
  await kit.publish('app.a', 1);
  await kit.receiver.waitFor(1);
});
