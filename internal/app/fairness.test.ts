import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { writeSettings } from '../store/webhooks/stored-settings.js';
import { eventually } from '../testkit/eventually.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import { startReceiver } from '../testkit/servers/receiver.js';

const SETTINGS = {
  HUKZ_MAX_IN_FLIGHT: '32',
  HUKZ_REQUEST_TIMEOUT: '60s',
  HUKZ_MIN_RETRY_WAIT: '300ms',
  HUKZ_BREAKER_FAILURES: '3',
};
const kit = useAppKit(SETTINGS);
const HANGING = 40;
let events = 0;

const newEvent = async () => {
  const subject = `fair.${++events}`;
  return { subject, id: await kit.hukz.api.event(subject) };
};
const publish = (subject: string) => kit.nats.publish(subject, '{}');
const metric = async (name: string) => {
  const text = await (await fetch(`http://127.0.0.1:${kit.hukz.app.metricsPort}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};

it('a space with more hanging webhooks than there are slots delays no other space', async () => {
  const silent = await startReceiver({ hang: true });
  const [busy, other] = [await newEvent(), await newEvent()];
  for (let n = 0; n < HANGING; n++)
    await kit.hukz.api.webhook(`${silent.url}/${n}`, [busy.id], { space_id: 7, retry: { schedule: [] } });
  await kit.hukz.api.webhook(kit.receiver.url, [other.id]);
  publish(busy.subject);
  await silent.waitFor(25);
  for (let n = 0; n < 20; n++) publish(other.subject);
  await kit.receiver.waitFor(20);
  expect(await metric('hukz_spaces_at_share')).toBe(1);
  await eventually(() => kit.hukz.logger.lines.some(({ name }) => name === 'dispatch.space_at_share'), {
    what: 'a line that names the space',
    timeoutMs: 10_000,
  });
  expect(kit.hukz.logger.lines.find(({ name }) => name === 'dispatch.space_at_share')?.fields).toEqual({ space: 7 });
  const told = { reason: 'space_at_share', problem: expect.stringMatching(/of the spaces 7 wait/) };
  expect((await kit.hukz.api.get('/health/ready')).body.degraded).toContainEqual(told);
  await silent.stop();
});

it('a webhook that waits for its access token takes no slot', async () => {
  const tokens = await startReceiver({ hang: true });
  const [waiting, other] = [await newEvent(), await newEvent()];
  const auth = { type: 'oauth2', token_url: tokens.url, client_id: 'me', client_secret: 'secret-of-the-client' };
  for (let n = 0; n < HANGING; n++)
    await kit.hukz.api.webhook(`${kit.receiver.url}/${n}`, [waiting.id], { auth, retry: { schedule: [] } });
  await kit.hukz.api.webhook(`${kit.receiver.url}/other`, [other.id]);
  publish(waiting.subject);
  await tokens.waitFor(HANGING);
  await eventually(async () => (await metric('hukz_deliveries_in_flight')) === 0, { what: 'nothing in flight' });
  publish(other.subject);
  const [request] = await kit.receiver.waitFor(1);
  expect(request?.url).toBe('/other');
  await tokens.stop();
});

describe('test calls', () => {
  const test = (id: number, userId: string) =>
    fetch(`http://127.0.0.1:${kit.hukz.app.port}/webhooks/${id}/test`, {
      method: 'POST',
      headers: { 'x-user': userId, 'content-type': 'application/json' },
      body: '{}',
    });

  it('of one user that hang leave the others theirs, and end after 15 s whatever the webhook wants', async () => {
    const silent = await startReceiver({ hang: true });
    const hangs = await kit.hukz.api.webhook(silent.url, [], { timeout: '60s' });
    const answers = await kit.hukz.api.webhook(kit.receiver.url, []);
    const hanging = Array.from({ length: 8 }, () => test(hangs, '1'));
    await silent.waitFor(8);
    expect((await test(hangs, '1')).status).toBe(503);
    expect(await metric('hukz_test_calls_refused_total')).toBe(1);
    for (const userId of ['2', '3', '4']) expect((await test(answers, userId)).status).toBe(200);
    const [first] = await Promise.all(hanging);
    expect(await first?.json()).toMatchObject({ delivered: false, error: 'timed out after 15 s' });
    expect((await test(answers, '1')).status).toBe(200);
    await silent.stop();
  });
});

describe('what a webhook asks for beyond a ceiling', () => {
  const hook = (settings: object) => ({ name: '', url: kit.receiver.url, event_ids: [], ...settings });
  const unwanted = [
    [{ timeout: '2m' }, 'timeout', 'timeout must be at most 1m (MAX_TIMEOUT)'],
    [
      { retry: { schedule: { constant: '1ms', tries: 100 } } },
      'retry',
      'each wait of retry.schedule must be at least 300ms (MIN_RETRY_WAIT)',
    ],
    [
      { breaker: 'off' },
      'breaker',
      'breaker: the circuit must be able to open, by a share above 0 or by 1 to 1000 failures; ALLOW_BREAKER_OFF can allow others',
    ],
  ] as const;

  it.each(unwanted)('is refused: %j', async (settings, source, message) => {
    const errors = [{ code: 422, message, source }];
    expect((await kit.hukz.api.post('/webhooks', hook(settings)).expect(422)).body).toEqual({ errors });
    expect((await kit.hukz.api.post('/webhooks/space/7', hook(settings)).expect(422)).body).toEqual({ errors });
    const id = await kit.hukz.api.webhook(kit.receiver.url, []);
    expect((await kit.hukz.api.put(`/webhooks/${id}`, settings).expect(422)).body).toEqual({ errors });
    expect((await kit.hukz.api.patch(`/webhooks/${id}`, settings).expect(422)).body).toEqual({ errors });
  });

  it('is answered as it is stored, may be sent back, and is used as far as it is allowed', async () => {
    const event = await newEvent();
    const id = await kit.hukz.api.webhook(kit.receiver.url, [event.id]);
    const stored = writeSettings({
      timeoutMs: 300_000,
      breaker: 'off',
      retry: { schedule: { kind: 'constant', waitMs: 1, tries: 100 }, jitter: 1 },
    });
    const client = new pg.Client(kit.database.connection);
    await client.connect();
    await client.query('update webhooks set own_settings = $2 where id = $1', [id, stored]);
    await client.end();
    const { body } = await kit.hukz.api.patch(`/webhooks/${id}`, { name: 'another' }).expect(200);
    expect(body).toMatchObject({ timeout: '5m', breaker: 'off', retry: { schedule: { constant: '1ms', tries: 100 } } });
    await kit.hukz.api.put(`/webhooks/${id}`, { timeout: '5m', breaker: 'off', retry: body.retry }).expect(200);
    kit.receiver.behave({ cut: true });
    publish(event.subject);
    const times = (await kit.receiver.waitFor(3)).slice(0, 3).map(({ at }) => at);
    for (const [n, at] of times.slice(1).entries()) expect(at - (times[n] ?? 0)).toBeGreaterThanOrEqual(290);
    // A delivery that fails again and again counts once.
    publish(event.subject);
    publish(event.subject);
    await eventually(async () => (await kit.hukz.api.get(`/webhooks/${id}`)).body.circuit !== undefined, {
      what: 'the circuit of a webhook whose breaker is off',
      timeoutMs: 10_000,
    });
    await kit.hukz.api.put(`/webhooks/${id}`, { timeout: '4m' }).expect(422);
  });
});
