import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findFreePort } from '../local/free-port.js';
import { eventually } from '../testkit/eventually.js';
import { startTestApp, type TestApp } from '../testkit/kits/test-app.js';
import { makeTestDatabase, type TestDatabase } from '../testkit/kits/test-database.js';
import { runAsAdmin } from '../testkit/servers/test-server.js';

const METRICS_TOKEN = 'a-token-of-the-operator';

describe('in production', () => {
  let database: TestDatabase;
  let natsPort: number;
  let hukz: TestApp;

  const start = async (more: Readonly<Record<string, string>> = {}) => {
    const parts = { database, natsUrl: `nats://127.0.0.1:${natsPort}` };
    hukz = await startTestApp(parts, { HUKZ_MODE: 'production', HUKZ_METRICS_TOKEN: METRICS_TOKEN, ...more });
  };
  const ready = async (authorization = '') =>
    (await hukz.api.get('/health/ready').set('authorization', authorization)).body;

  beforeEach(async () => {
    database = await makeTestDatabase();
    // No server listens on this port.
    natsPort = await findFreePort();
  });
  afterEach(async () => {
    await hukz.stop();
    await database.drop();
  });

  it('strangers read which dependency is not available, and only METRICS_TOKEN shows the texts of servers', async () => {
    await start();
    const { name } = database.settings;
    await runAsAdmin(database.settings, `alter database ${name} set default_transaction_read_only = on`);
    const ours = `from pg_stat_activity where datname = '${name}'`;
    await runAsAdmin(database.settings, `select pg_terminate_backend(pid) ${ours}`);
    await eventually(async () => (await ready()).errors.database === 'it accepts no writes', {
      what: 'a database that takes no writes is told',
      timeoutMs: 10_000,
    });

    const told = await ready();
    expect(told).toMatchObject({
      errors: { database: 'it accepts no writes', nats: 'not connected, or NATS has not confirmed the subscriptions' },
      degraded: [{ reason: 'not_connected', problem: expect.stringMatching(/^Messages do not arrive/) }],
    });
    for (const wrong of ['Bearer a-token-of-another-one', `Basic ${METRICS_TOKEN}`])
      expect(await ready(wrong)).toEqual(told);
    expect(JSON.stringify(told)).not.toMatch(/127\.0\.0\.1|read-only|REFUSED|transaction/);

    const detailed = await ready(`Bearer ${METRICS_TOKEN}`);
    expect(Object.keys(detailed.errors)).toEqual(Object.keys(told.errors));
    expect(detailed.errors.database).toContain('read-only transaction');
    expect(detailed.errors.nats).toMatch(/REFUSED/);
  });

  it('users of the API read that an event cannot be taken, and only the log has the words of NATS', async () => {
    await start();
    const { status, body } = await hukz.api.post('/events', { name: 'x', event: 'tag.created' });
    for (let n = 0; n < 20; n++) await hukz.api.post('/events', { name: 'x', event: 'tag.created' });
    // The message changes once, when the first connection attempt has failed.
    expect(hukz.logger.lines.filter(({ name }) => name === 'event.not_admitted').length).toBeLessThanOrEqual(2);
    expect(hukz.logger.lines.filter(({ name }) => name === 'api.unavailable')).toHaveLength(1);
    expect([status, body.errors]).toEqual([
      503,
      [{ code: 503, message: expect.stringMatching(/^the event cannot be registered now, because NATS is away/) }],
    ]);
    const [line] = hukz.logger.lines.filter(({ name }) => name === 'event.not_admitted');
    expect(line).toMatchObject({ level: 'warn', fields: { error: expect.stringMatching(/not connected/) } });
  });

  it('/metrics is for those who show METRICS_TOKEN, where there is one', async () => {
    await start();
    const { metricsPort } = hukz.app;
    const ask = (headers = {}) => fetch(`http://127.0.0.1:${metricsPort}/metrics`, { headers });
    const refused = await ask();
    expect([refused.status, refused.headers.get('www-authenticate'), await refused.text()]).toEqual([
      401,
      'Bearer realm="METRICS_TOKEN"',
      '',
    ]);
    expect((await ask({ authorization: 'Bearer a-token-of-another-one' })).status).toBe(401);
    const shown = await ask({ authorization: `Bearer ${METRICS_TOKEN}` });
    expect([shown.status, await shown.text()]).toEqual([200, expect.stringContaining('hukz_info')]);
  });

  it('refusals of the API and of /metrics are counted, logged once per reason, and shown to operators by readiness', async () => {
    await start({ HUKZ_API_RATE: '1/hour', HUKZ_API_HOSTS: 'hukz.example.com' });
    const { metricsPort } = hukz.app;
    const authorization = `Bearer ${METRICS_TOKEN}`;
    const ask = (headers: Readonly<Record<string, string>>) =>
      fetch(`http://127.0.0.1:${metricsPort}/metrics`, { headers });
    const statuses: number[] = [];
    for (let n = 0; n < 3; n++) statuses.push((await hukz.api.get('/events')).status);
    for (let n = 0; n < 2; n++) {
      statuses.push((await ask({ authorization: 'Bearer a-token-of-another-one' })).status);
      statuses.push((await ask({ authorization, origin: 'https://evil.example' })).status);
    }
    expect(statuses).toEqual([200, 429, 429, 401, 403, 401, 403]);
    const metrics = await (await ask({ authorization })).text();
    for (const reason of ['user_rate', 'metrics_token', 'origin'])
      expect(metrics).toContain(`hukz_api_refused_total{reason="${reason}"} 2`);
    const began = hukz.logger.lines.filter(({ name }) => name === 'api.refusals_began');
    expect(began.map(({ fields }) => fields)).toEqual([
      { reason: 'user_rate', user: 1, api_rate: '1/hour' },
      { reason: 'metrics_token', address: '127.0.0.1' },
      { reason: 'origin', value: 'https://evil.example', port: 'metrics' },
    ]);
    const told = async (shown: string) =>
      (await ready(shown)).degraded.filter((one: { reason: string }) => one.reason === 'requests_refused');
    expect((await told(authorization)).map(({ problem }: { problem: string }) => problem)).toEqual([
      expect.stringMatching(/^2 requests .*user_rate/),
      expect.stringMatching(/^2 requests .*metrics_token/),
      expect.stringMatching(/^2 requests .*origin/),
    ]);
    expect(await told('')).toEqual([]);
  });

  // On other systems, loopback addresses other than 127.0.0.1 have to be configured first.
  (process.platform === 'linux' ? it : it.skip)('/metrics listens on METRICS_HOST, apart from the API', async () => {
    await start({ HUKZ_METRICS_HOST: '127.0.0.2', HUKZ_METRICS_TOKEN: '' });
    const { metricsPort } = hukz.app;
    expect((await fetch(`http://127.0.0.2:${metricsPort}/metrics`)).status).toBe(200);
    await expect(fetch(`http://127.0.0.1:${metricsPort}/metrics`)).rejects.toThrow();
    await hukz.api.get('/ping').expect(200);
  });
});
