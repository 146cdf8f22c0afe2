import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type NatsConnection, headers as natsHeaders } from 'nats';
import { eventually } from '../../testkit/eventually.js';
import { startTestApp, type TestApp } from '../../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../../testkit/kits/test-database.js';
import { NatsAccounts } from '../../testkit/servers/nats-accounts.js';
import { type Receiver, startReceiver } from '../../testkit/servers/receiver.js';
import { requestReceipt } from '../../testkit/servers/request-receipt.js';

const [ACME, OTHER, OPEN] = [7, 8, 9];
let nats: NatsAccounts;
let database: TestDatabase;
let hukz: TestApp;
let receiver: Receiver;
let main: NatsConnection;
let acme: NatsConnection;
let other: NatsConnection;

beforeAll(async () => {
  nats = await NatsAccounts.start(['acme', 'other', 'third']);
  database = await makeTestDatabase();
  await nats.put('acme.creds', nats.creds('acme'));
  await nats.put('8.creds', nats.creds('other'));
  const credsFile = await nats.file('main.creds', nats.creds('main'));
  hukz = await startTestApp(
    { database, natsUrl: nats.url },
    { HUKZ_NATS_CREDS_FILE: credsFile, HUKZ_NATS_ACCOUNTS_DIR: nats.directory },
  );
  // Signing takes a slow machine longer than the server waits for its clients.
  await eventually(async () => (await hukz.api.get('/health/ready')).status === 200, {
    what: 'hukz is ready',
    timeoutMs: 60_000,
  });
  await hukz.api.post('/spaces', { id: ACME, key: 'acme', isolation: 'strict' }).expect(201);
  await hukz.api.post('/spaces', { id: OTHER, key: 'other' }).expect(201);
  [main, acme, other] = await Promise.all([nats.connect('main'), nats.connect('acme'), nats.connect('other')]);
});

afterAll(async () => {
  await hukz.stop();
  await nats.close();
  await database.drop();
});

beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

async function receipt(connection: NatsConnection, subject: string, lines: Readonly<Record<string, string>> = {}) {
  const headers = natsHeaders();
  for (const [name, value] of Object.entries(lines)) headers.set(name, value);
  return (await requestReceipt(connection, { subject, payload: '{}' }, { headers, timeout: 20_000 })).json<{
    webhooks: number;
    error?: string;
    duplicate?: boolean;
  }>();
}
/** A webhook in each of three spaces, of a new event. */
async function threeWebhooks(subject: string) {
  const event = await hukz.api.event(subject);
  const ids: number[] = [];
  for (const space of [ACME, OTHER, OPEN])
    ids.push(await hukz.api.webhook(`${receiver.url}/${space}`, [event], { space_id: space }));
  return ids;
}
const paths = async (count: number) => (await receiver.waitFor(count)).map(({ url }) => url).sort();
const accounts = async () => {
  const { body } = await hukz.api.get('/health/ready').expect(200);
  return ((body.degraded ?? []) as { account?: string; reason: string; problem: string }[]).filter(({ reason }) =>
    reason.startsWith('account_'),
  );
};
const isRead = (name: string, count = 1) =>
  eventually(() => hukz.logger.lines.filter((line) => line.name === name).length >= count, { what: name });
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${hukz.app.metricsPort}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

it('an account whose space gets its key later is read then', async () => {
  await isRead('account.opened', 2);
  await eventually(async () => (await metric('hukz_nats_accounts')) === 2, { what: 'both accounts' });
  expect(await accounts()).toEqual([]);
});

it('messages of an account reach the webhooks of its space alone', async () => {
  await threeWebhooks('alone.*');
  expect(await receipt(acme, 'alone.a')).toMatchObject({ webhooks: 1 });
  expect(await receipt(other, 'alone.a')).toMatchObject({ webhooks: 1 });
  // The connection that belongs to no space is as before: only open spaces get what names none.
  expect(await receipt(main, 'alone.a')).toMatchObject({ webhooks: 2 });
  expect(await paths(4)).toEqual(['/7', '/8', '/8', '/9']);
});

it('a message cannot claim another space, and a replay of what was missed keeps that', async () => {
  const since = new Date().toISOString();
  const ids = await threeWebhooks('claims.*');
  const before = await metric('hukz_space_claims_refused_total');
  const claims = ['8', 'key:other', '9', '', 'nonsense', '7, 8'];
  for (const claim of claims) {
    const answer = await receipt(acme, 'claims.a', { 'Hukz-Space': claim });
    expect([claim, answer]).toEqual([claim, expect.objectContaining({ webhooks: 0, error: expect.any(String) })]);
  }
  expect(await metric('hukz_space_claims_refused_total')).toBe(before + claims.length);
  for (const same of ['7', 'key:acme', '007'])
    expect(await receipt(acme, 'claims.a', { 'hukz-space': same })).toMatchObject({ webhooks: 1 });
  expect(await receipt(acme, 'claims.a', { 'Hukz-Webhook': `${ids[1]}` })).toMatchObject({ webhooks: 0 });
  expect(await metric('hukz_space_claims_refused_total')).toBe(before + claims.length);
  for (const id of ids) {
    const missing = { outcome: 'missing', since, dry_run: true };
    const { body } = await hukz.api.post(`/webhooks/${id}/replay`, missing).expect(200);
    expect([id, body.total]).toEqual([id, 0]);
  }
  expect(await paths(3)).toEqual(['/7', '/7', '/7']);
});

it('a header and a token that are mapped to a space are no way out of the account', async () => {
  await threeWebhooks('mapped.>');
  await hukz.api.patch(`/spaces/${OTHER}`, { isolation: 'strict', subject: { header: 'Tenant' } }).expect(200);
  expect(await receipt(acme, 'mapped.a', { Tenant: 'other' })).toMatchObject({ webhooks: 1 });
  expect(await receipt(other, 'mapped.a')).toMatchObject({ webhooks: 1 });
  await hukz.api.patch(`/spaces/${OTHER}`, { subject: { token: 2 } }).expect(200);
  expect(await receipt(acme, 'mapped.other.a')).toMatchObject({ webhooks: 1 });
  expect(await receipt(other, 'mapped.other.a')).toMatchObject({ webhooks: 1 });
  await hukz.api.patch(`/spaces/${OTHER}`, { isolation: 'open', subject: null }).expect(200);
  expect(await paths(4)).toEqual(['/7', '/7', '/8', '/8']);
});

it('equal ids of two accounts are two messages', async () => {
  await threeWebhooks('ids.*');
  const id = { 'Nats-Msg-Id': 'one' };
  expect(await receipt(acme, 'ids.a', id)).toMatchObject({ webhooks: 1 });
  expect(await receipt(other, 'ids.a', id)).toMatchObject({ webhooks: 1 });
  expect(await receipt(acme, 'ids.a', id)).toMatchObject({ duplicate: true });
  expect(await paths(2)).toEqual(['/7', '/8']);
});

it('a file that appears is read, one that is broken changes nothing, and one that vanishes is left', async () => {
  await threeWebhooks('files.*');
  const third = await nats.connect('third');
  await nats.put('9.creds', nats.creds('third'));
  await isRead('account.opened', 3);
  expect(await receipt(third, 'files.a')).toMatchObject({ webhooks: 1 });
  await nats.put('9.creds', 'broken');
  await eventually(async () => (await accounts()).length === 1, { what: 'the broken file is told' });
  expect(await accounts()).toEqual([
    { account: '9', reason: 'account_not_read', problem: expect.stringMatching(/no user JWT.*stays open/) },
  ]);
  expect(await receipt(third, 'files.a')).toMatchObject({ webhooks: 1 });
  const renewed = hukz.logger.lines.filter(({ name }) => name === 'account.renewed').length;
  await nats.put('9.creds', nats.creds('third'));
  await isRead('account.renewed', renewed + 1);
  expect(await accounts()).toEqual([]);
  expect(await receipt(third, 'files.a')).toMatchObject({ webhooks: 1 });
  await nats.remove('9.creds');
  await isRead('account.closed');
  // The former connection may still overlap for two seconds.
  const nobodyListens = () =>
    receipt(third, 'files.a').then(
      () => false,
      (error: Error) => /503/.test(error.message),
    );
  await eventually(nobodyListens, { what: 'the account is left' });
  expect(new Set(await paths(3))).toEqual(new Set(['/9']));
});

it('files that cannot be used are told, and the others go on', async () => {
  await threeWebhooks('told.*');
  await nats.put('nobody.creds', nats.creds('third'));
  await nats.put('Upper.creds', nats.creds('third'));
  await nats.put('10.creds', nats.creds('acme'));
  await nats.put('11.creds', nats.creds('main'));
  await nats.put('12.creds', nats.creds('third').replace(/.{4}\n-+END USER NKEY/, 'AAAA\n------END USER NKEY'));
  await nats.put('.hidden.creds', 'x');
  await eventually(async () => (await accounts()).length === 5, { what: 'five files are told' });
  const told = new Map((await accounts()).map(({ account, problem }) => [account, problem]));
  expect(told.get('nobody')).toMatch(/no space has the key "nobody"/);
  expect(told.get('Upper')).toMatch(/rename the file/);
  expect(told.get('10')).toMatch(/"acme" has credentials of the same NATS account/);
  expect(told.get('11')).toMatch(/NATS_CREDS_FILE/);
  expect(told.get('12')).toMatch(/its seed cannot be used/);
  expect(await metric('hukz_nats_accounts_unreceived')).toBe(5);
  expect(await metric('hukz_nats_accounts')).toBe(2);
  expect(await receipt(acme, 'told.a')).toMatchObject({ webhooks: 1 });
  await isRead('intake.degraded');
  for (const name of ['nobody', 'Upper', '10', '11', '12', '.hidden']) await nats.remove(`${name}.creds`);
  await eventually(async () => (await accounts()).length === 0, { what: 'all is well' });
  expect(await paths(1)).toEqual(['/7']);
});

it('an account that cannot connect, or may not subscribe, is told, and the others go on', async () => {
  await threeWebhooks('refused.*');
  const denied = { sub: { deny: ['refused.*'] } };
  await nats.put('9.creds', nats.creds('third', denied));
  const foreign = await NatsAccounts.start([]);
  await nats.put('10.creds', foreign.creds('main'));
  await foreign.close();
  await eventually(async () => (await accounts()).length === 2, { what: 'both are told' });
  const told = await accounts();
  expect(told).toContainEqual({
    account: '10',
    reason: 'account_not_connected',
    problem: expect.stringMatching(/authorization/i),
  });
  expect(told).toContainEqual({
    account: '9',
    reason: 'account_degraded',
    problem: expect.stringMatching(/^1 events of this NATS account; "refused.\*": NATS does not let hukz/),
  });
  expect(await receipt(other, 'refused.a')).toMatchObject({ webhooks: 1 });
  // A registration is answered for the connection that belongs to no space.
  await threeWebhooks('later.*');
  expect(await receipt(acme, 'later.a')).toMatchObject({ webhooks: 1 });
  await Promise.all(['9.creds', '10.creds'].map((file) => nats.remove(file)));
  await eventually(async () => (await accounts()).length === 0, { what: 'all is well' });
});

it('the accounts are received again after the server was away', async () => {
  await threeWebhooks('again.*');
  await nats.stopServer();
  await nats.serve();
  await eventually(async () => (await metric('hukz_nats_accounts')) === 2, { what: 'both accounts' });
  await eventually(async () => (await receipt(acme, 'again.a')).webhooks === 1, { what: 'a message of acme' });
  expect(await receipt(other, 'again.a')).toMatchObject({ webhooks: 1 });
});

it('a message for which no space is found any more reaches no webhook', async () => {
  await threeWebhooks('moved.*');
  await hukz.api.patch(`/spaces/${ACME}`, { key: null }).expect(200);
  const answer = await receipt(acme, 'moved.a').catch(() => ({ webhooks: 0 }));
  expect(answer).toMatchObject({ webhooks: 0 });
  await hukz.api.patch(`/spaces/${ACME}`, { key: 'acme' }).expect(200);
  await eventually(async () => (await receipt(acme, 'moved.a').catch(() => undefined))?.webhooks === 1, {
    what: 'acme is read again',
  });
});
