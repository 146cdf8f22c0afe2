import { expect, it } from '@jest/globals';
import pg from 'pg';
import { CANARY, canary, canaryKey, writingsOf } from '../testkit/canary.js';
import { eventually } from '../testkit/eventually.js';
import { makeTestDatabase } from '../testkit/kits/test-database.js';
import { startInstance } from '../testkit/kits/test-instance.js';
import { startReceiver } from '../testkit/servers/receiver.js';
import { startTestNats } from '../testkit/servers/test-nats.js';
import { AUDIENCE, ISSUER, startIssuer } from '../testkit/tokens/issuer.js';

/** These tables hold payloads and answers, because that is their purpose. */
const WITH_PAYLOADS = /^(?:messages|webhook_logs)/;

it('a whole run shows no token, secret, JWT or payload in a line, an error, a metric or another table', async () => {
  const database = await makeTestDatabase();
  const server = await startTestNats();
  const issuer = await startIssuer();
  const receiver = await startReceiver();
  const hukz = await startInstance(
    { database, natsUrl: server.url },
    {
      HUKZ_AUTH: 'x-user,token',
      HUKZ_AUTH_JWKS_URL: issuer.url,
      HUKZ_AUTH_ISSUER: ISSUER,
      HUKZ_AUTH_AUDIENCE: AUDIENCE,
      HUKZ_LOG_LEVEL: 'debug',
      HUKZ_ENCRYPTION_KEYS: `a:${canaryKey('', 'encryption')}`,
      HUKZ_METRICS_TOKEN: canary('metrics'),
    },
  );
  const secrets: string[] = [];
  const errors: string[] = [];
  const api = async (method: string, path: string, body?: object, authorization?: string) => {
    const who = authorization === undefined ? { 'x-user': '1' } : { authorization };
    const answer = await fetch(`${hukz.api.get('/').url.slice(0, -1)}${path}`, {
      method,
      headers: { ...who, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status >= 400) errors.push(text);
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const hold = (text: string) => {
    secrets.push(text);
    return `Bearer ${text}`;
  };
  const payload = { secret: canary('payload'), n: 1 };
  const { body: event } = await api('POST', '/events', { event: 'canary.sung' });
  const { body: made } = await api('POST', '/tokens', { name: 'a', role: 'admin' });
  const token = hold(made.token);
  const jwt = hold(await issuer.sign());
  const { body: rotated } = await api('POST', `/tokens/${made.id}/rotate`, { overlap: '1h' }, token);
  const renewed = hold(rotated.token);

  const webhook = { url: receiver.url, event_ids: [event.id], secret: canaryKey('whsec_', 'secret') };
  await api('POST', '/webhooks', webhook, renewed);
  const failing = {
    url: 'http://127.0.0.1:1/',
    event_ids: [event.id],
    retry: { schedule: { constant: '1h', tries: 1 } },
  };
  const { body: generated } = await api(
    'POST',
    '/webhooks',
    { ...failing, auth: { type: 'bearer', token: canary('auth') } },
    jwt,
  );
  secrets.push(generated.secret);
  for (const login of [token, jwt]) await api('POST', '/messages', { event: 'canary.sung', payload }, login);
  await receiver.waitFor(2);

  // Mistakes of every kind, each with a canary in it.
  const wrong = [
    hold(`${made.token.slice(0, -1)}!`),
    hold(`hukz_1_${canary('token')}`),
    hold(`${jwt.slice(7, -9)}AAAAAAAAA`),
  ];
  for (const login of wrong) expect((await api('GET', '/webhooks', undefined, login)).status).toBe(401);
  const refused = [
    () => api('POST', '/messages', { event: canary('event'), payload }),
    () => api('POST', '/messages', { event: 'canary.sung', payload, [canary('member')]: 1 }),
    () => api('POST', '/webhooks', { ...webhook, secret: canary('short') }),
    () => api('POST', '/tokens', { name: 'a', role: canary('role') }),
  ];
  for (const each of refused) expect((await each()).status).toBeGreaterThanOrEqual(400);
  await api('DELETE', `/tokens/${made.id}`, undefined, jwt);

  const bearer = { authorization: `Bearer ${canary('metrics')}` };
  const metrics = await (await fetch(`http://127.0.0.1:${hukz.metricsPort}/metrics`, { headers: bearer })).text();
  const ready = await (await fetch(hukz.api.get('/health/ready').url, { headers: bearer })).text();
  const client = new pg.Client(database.connection);
  await client.connect();
  const { rows: tables } = await client.query(
    "select tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
  );
  const stored: [string, string][] = [];
  await eventually(async () => hukz.lines.some((line) => line.includes('"delivery.attempted"')), {
    what: 'debug lines',
  });
  for (const { tablename } of tables) {
    const { rows } = await client.query(`select t::text as row from "${tablename}" t`);
    stored.push([tablename, rows.map(({ row }) => row).join('\n')]);
  }
  await client.end();
  await hukz.stop();

  const songs = [...writingsOf(CANARY), ...secrets.flatMap((secret) => writingsOf(secret.slice(-24)))];
  const singing = ([, text]: readonly [string, string]) => songs.some((song) => text.includes(song));
  const isAllowed = ([table]: readonly [string, string]) => WITH_PAYLOADS.test(table);
  // The search finds what is there: these tables do contain the payload.
  expect(stored.filter(isAllowed).filter(singing)).not.toEqual([]);
  const others = stored.filter((each) => !isAllowed(each));
  const written: [string, string][] = [['metrics', metrics], ['readiness', ready], ...others];
  for (const line of hukz.lines) written.push(['log', line]);
  expect(written.filter(singing)).toEqual([]);
  // A mistake is repeated to its caller, who sent it. Secrets and tokens are not, even then.
  expect(errors.filter((text) => secrets.some((secret) => text.includes(secret.slice(-24))))).toEqual([]);
  expect(JSON.stringify(errors)).not.toContain(canary('payload'));
  await receiver.stop();
  await issuer.stop();
  await server.stop();
  await database.drop();
}, 180_000);
