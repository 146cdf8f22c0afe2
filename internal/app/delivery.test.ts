import { describe, expect, it } from '@jest/globals';
import { headers as natsHeaders } from 'nats';
import { eventually } from '../testkit/eventually.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import { requestReceipt } from '../testkit/servers/request-receipt.js';

const kit = useAppKit({ HUKZ_REQUEST_TIMEOUT: '500ms' });

const logsOf = async (webhookId: number, count: number) => {
  const read = () => kit.hukz.api.logs(`webhook_id=${webhookId}`);
  await eventually(async () => (await read()).length >= count, { what: `${count} logs of webhook ${webhookId}` });
  return (await read()).reverse();
};
const request = async (subject: string, payload = '{}') =>
  JSON.parse((await requestReceipt(kit.nats, { subject, payload })).string()) as {
    message_id: string;
    webhooks: number;
  };

describe('a message published to NATS', () => {
  it('is POSTed to the webhooks of its event, and logged', async () => {
    const id = await kit.hukz.api.webhook(kit.receiver.url, [await kit.hukz.api.event('tag.created')], {
      tags: { app: 'a' },
    });
    kit.receiver.behave({ status: 201, body: '{"got":"it"}' });
    kit.nats.publish('tag.created', '{"id":12345678901234567890}');
    const [received] = await kit.receiver.waitFor(1);
    const [log] = await logsOf(id, 1);
    expect(received?.method).toBe('POST');
    expect(received?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'hukz/0.0.0',
      'webhook-id': log?.delivery_id,
      'hukz-event': 'tag.created',
      'hukz-attempt': '1',
    });
    expect(Math.abs(Number(received?.headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(10);
    expect(String(received?.body)).toMatch(
      /^\{"event":"tag\.created","contains":\["tag"\],"created_at":"20[^"]+Z","payload":\{"id":12345678901234567890\}\}$/,
    );
    expect(log).toMatchObject({
      outcome: 'delivered',
      attempt: 1,
      response_status_code: 201,
      response_body: { got: 'it' },
      error: null,
    });
  });

  it('is acknowledged after the commit to a publisher that asks', async () => {
    const eventId = await kit.hukz.api.event('ask.me');
    await kit.hukz.api.webhook(kit.receiver.url, [eventId]);
    await kit.hukz.api.webhook(kit.receiver.url, [eventId]);
    expect(await request('ask.me')).toEqual({ message_id: expect.stringMatching(/^[0-9a-f-]{36}$/), webhooks: 2 });
    await kit.receiver.waitFor(2);
  });

  it('is not answered to a publisher that asks another service: a service on its subject is', async () => {
    await kit.hukz.api.webhook(kit.receiver.url, [await kit.hukz.api.event('svc.*')]);
    const service = kit.nats.subscribe('svc.price', {
      callback: (_error, msg) => void setTimeout(() => msg.respond('{"price":7}'), 40),
    });
    const asked = Array.from({ length: 50 }, () => kit.nats.request('svc.price', '{}', { timeout: 5000 }));
    const answers = (await Promise.all(asked)).map((msg) => msg.string());
    expect(new Set(answers)).toEqual(new Set(['{"price":7}']));
    await kit.receiver.waitFor(50);
    service.unsubscribe();
  });

  it('fires wildcard events, each webhook once', async () => {
    const ids = [
      await kit.hukz.api.event('post.*'),
      await kit.hukz.api.event('post.>'),
      await kit.hukz.api.event('post.made'),
    ];
    await kit.hukz.api.webhook(kit.receiver.url, ids);
    expect(await request('post.made')).toMatchObject({ webhooks: 1 });
    expect(await request('post.x.y')).toMatchObject({ webhooks: 1 });
    const bodies = (await kit.receiver.waitFor(2)).map(({ body }) => JSON.parse(String(body)).event);
    expect(bodies.sort()).toEqual(['post.made', 'post.x.y']);
  });

  it('is narrowed by its routing headers, and triggers no webhook when they are malformed', async () => {
    const eventId = await kit.hukz.api.event('narrow.it');
    await kit.hukz.api.webhook(`${kit.receiver.url}/a`, [eventId], { tags: { app: 'a' }, space_id: 7 });
    await kit.hukz.api.webhook(`${kit.receiver.url}/b`, [eventId], { tags: { app: 'b' } });
    const ask = async (name: string, value: string) => {
      const headers = natsHeaders();
      headers.append(name, value);
      return JSON.parse(
        (await requestReceipt(kit.nats, { subject: 'narrow.it', payload: '{}' }, { headers })).string(),
      );
    };
    expect(await ask('Hukz-Tag', 'app:a')).toMatchObject({ webhooks: 1 });
    expect(await ask('Hukz-Space', '7')).toMatchObject({ webhooks: 1 });
    expect(await ask('Hukz-Tag', 'app:c')).toMatchObject({ webhooks: 0 });
    expect(await ask('Hukz-Space', 'seven')).toMatchObject({
      webhooks: 0,
      error: expect.stringContaining('Hukz-Space'),
    });
    expect((await kit.receiver.waitFor(2)).map(({ url }) => url)).toEqual(['/a', '/a']);
  });

  it.each([
    ['nothing', new Uint8Array(0), null],
    ['binary', Buffer.from([0, 1, 2, 255]), 'AAEC/w=='],
    ['a million levels', Buffer.from('['.repeat(400_000) + ']'.repeat(400_000)), undefined],
    ['exactly the largest payload', Buffer.from(`"${'x'.repeat(1_048_574)}"`), 'x'.repeat(1_048_574)],
  ])('may hold %s', async (name, payload, expected) => {
    const subject = `bytes.${name.replaceAll(' ', '-')}`;
    await kit.hukz.api.webhook(kit.receiver.url, [await kit.hukz.api.event(subject)]);
    kit.nats.publish(subject, payload);
    const [received] = await kit.receiver.waitFor(1);
    if (expected === undefined) expect(received?.body.includes(payload)).toBe(true);
    else expect(JSON.parse(String(received?.body)).payload).toEqual(expected);
  });

  it('may carry a thousand headers', async () => {
    await kit.hukz.api.webhook(kit.receiver.url, [await kit.hukz.api.event('many.headers')]);
    const headers = natsHeaders();
    for (let n = 0; n < 1000; n++) headers.append(`X-${n}`, 'é');
    headers.append('Nats-Msg-Id', 'x'.repeat(10_240));
    headers.append('Nats-Msg-Id', 'y');
    kit.nats.publish('many.headers', '{}', { headers });
    await kit.receiver.waitFor(1);
  });
});

describe('a receiver that fails', () => {
  it('gets the same body under the same id again, as the schedule says, until it answers', async () => {
    const id = await kit.hukz.api.webhook(kit.receiver.url, [await kit.hukz.api.event('try.again')]);
    kit.receiver.behave((_request, index) => ({ status: index < 2 ? 500 : 200 }));
    kit.nats.publish('try.again', '{"n":1}');
    const requests = await kit.receiver.waitFor(3);
    expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(requests.map(({ body }) => String(body))).size).toBe(1);
    expect(requests.map(({ headers }) => headers['hukz-attempt'])).toEqual(['1', '2', '3']);
    expect((await logsOf(id, 3)).map(({ outcome, error }) => [outcome, error])).toEqual([
      ['failed', 'answered 500'],
      ['failed', 'answered 500'],
      ['delivered', null],
    ]);
  });

  it('is given up at the end of the schedule, with a dead letter', async () => {
    const id = await kit.hukz.api.webhook('http://127.0.0.1:1/', [await kit.hukz.api.event('give.up')]);
    kit.nats.publish('give.up', '{}');
    const logs = await logsOf(id, 3);
    expect(logs.map(({ outcome, error }) => [outcome, error])).toEqual([
      ['failed', 'connection refused'],
      ['failed', 'connection refused'],
      ['dead', 'connection refused'],
    ]);
    expect(logs.map(({ next_attempt_at }) => next_attempt_at !== null)).toEqual([true, true, false]);
  });

  it('that hangs is cut off, in words', async () => {
    const id = await kit.hukz.api.webhook(kit.receiver.url, [await kit.hukz.api.event('hang.on')]);
    kit.receiver.behave({ hang: true });
    kit.nats.publish('hang.on', '{}');
    expect((await logsOf(id, 1))[0]).toMatchObject({
      outcome: 'failed',
      error: 'timed out after 500 ms',
      response_status_code: null,
    });
  });

  it('that redirects is not followed', async () => {
    const id = await kit.hukz.api.webhook(`${kit.receiver.url}/from`, [await kit.hukz.api.event('go.there')]);
    kit.receiver.behave({ status: 302, headers: { location: `${kit.receiver.url}/to` } });
    kit.nats.publish('go.there', '{}');
    const logs = await logsOf(id, 3);
    expect(logs[0]).toMatchObject({ response_status_code: 302, error: 'answered 302; redirects are not followed' });
    expect(kit.receiver.requests.every(({ url }) => url === '/from')).toBe(true);
  });

  it('with 410 is switched off, and its other deliveries are parked until it is enabled again', async () => {
    const id = await kit.hukz.api.webhook(kit.receiver.url, [await kit.hukz.api.event('go.away')]);
    kit.receiver.behave({ status: 410 });
    kit.nats.publish('go.away', '{"n":1}');
    await eventually(async () => (await kit.hukz.api.get(`/webhooks/${id}`)).body.enabled === false, {
      what: 'webhook disabled',
    });
    expect((await logsOf(id, 1))[0]).toMatchObject({ outcome: 'dead', response_status_code: 410 });
    expect(await request('go.away', '{"n":2}')).toMatchObject({ webhooks: 0 });
  });
});

describe('a webhook that changes while something is owed to it', () => {
  it('is not sent to while disabled, and gets its parked deliveries when it is enabled', async () => {
    const id = await kit.hukz.api.webhook(kit.receiver.url, [await kit.hukz.api.event('hold.me')], { timeout: '30s' });
    const { until, open } = makeGate();
    kit.receiver.behave(async (_request, index) =>
      index === 0 ? until.then(() => ({ status: 500 })) : { status: 200 },
    );
    kit.nats.publish('hold.me', '{}');
    await kit.receiver.waitFor(1);
    await kit.hukz.api.patch(`/webhooks/${id}`, { enabled: false });
    open();
    await logsOf(id, 1);
    const held = () => parkedCount(id);
    await eventually(async () => (await held()) === 1, { what: 'the delivery held' });
    expect(kit.receiver.requests).toHaveLength(1);
    await kit.hukz.api.patch(`/webhooks/${id}`, { enabled: true });
    await kit.receiver.waitFor(2);
    expect((await logsOf(id, 2)).map(({ outcome }) => outcome)).toEqual(['failed', 'delivered']);
  });

  it('ends its deliveries as cancelled when it is deleted', async () => {
    const id = await kit.hukz.api.webhook(kit.receiver.url, [await kit.hukz.api.event('cancel.me')], {
      timeout: '30s',
    });
    const { until, open } = makeGate();
    kit.receiver.behave(() => until.then(() => ({ status: 500 })));
    kit.nats.publish('cancel.me', '{}');
    await kit.receiver.waitFor(1);
    expect((await kit.hukz.api.delete(`/webhooks/${id}`)).status).toBe(200);
    open();
    const logs = await logsOf(id, 2);
    expect(logs.at(-1)).toMatchObject({ outcome: 'cancelled', error: 'the webhook was deleted' });
  });

  it('ends its deliveries as cancelled when its space is deleted, whether they wait for a retry or are parked', async () => {
    const events = [await kit.hukz.api.event('space.goes')];
    const inSpace = (more: object) => kit.hukz.api.webhook(kit.receiver.url, events, { space_id: 77, ...more });
    const failing = await inSpace({ retry: { schedule: { constant: '1h', tries: 5 } } });
    const paused = await inSpace({});
    await kit.hukz.api.post(`/webhooks/${paused}/pause`).expect(200);
    kit.receiver.behave({ status: 500 });
    for (let n = 0; n < 4; n++) kit.nats.publish('space.goes', '{}');
    await logsOf(failing, 4);
    await eventually(async () => (await parkedCount(paused)) === 4, { what: 'four parked deliveries' });
    const refused = await kit.hukz.api.delete('/spaces/77').expect(409);
    expect(refused.body.errors[0].message).toContain('deletes 2 webhooks and cancels 8 deliveries');
    const { body } = await kit.hukz.api.delete('/spaces/77?confirm=77').expect(200);
    expect(body).toEqual({ webhooks: 2, cancelled: 8 });
    for (const id of [failing, paused]) {
      const account = async () => (await kit.hukz.api.get(`/accounting?webhook_id=${id}`)).body;
      await eventually(async () => (await account()).cancelled === 4, { what: 'cancelled' });
      expect(await account()).toMatchObject({ accepted: 4, cancelled: 4, closes: true });
    }
  });
});

/** A gate: waiters for `until` continue when `open` is called. */
function makeGate() {
  let open: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { until, open };
}

async function parkedCount(webhookId: number): Promise<number> {
  const { Client } = (await import('pg')).default;
  const client = new Client(kit.database.connection);
  await client.connect();
  try {
    const { rows } = await client.query(
      `select count(*)::int as held from deliveries where webhook_id = $1 and due_at = 'infinity'`,
      [webhookId],
    );
    return rows[0].held;
  } finally {
    await client.end();
  }
}

describe('events and their subscriptions', () => {
  it('are live when POST answers, follow a rename, and end with a deletion, without touching others', async () => {
    const keep = await kit.hukz.api.event('stay.here');
    await kit.hukz.api.webhook(kit.receiver.url, [keep]);
    for (let n = 0; n < 5; n++) {
      const id = await kit.hukz.api.event(`come.${n}`);
      expect(await request(`come.${n}`)).toMatchObject({ webhooks: 0 });
      await kit.hukz.api.put(`/events/${id}`, { event: `went.${n}` });
      expect(await request(`went.${n}`)).toMatchObject({ webhooks: 0 });
      await expect(request(`come.${n}`)).rejects.toThrow('503');
      await kit.hukz.api.delete(`/events/${id}`);
      await expect(request(`went.${n}`)).rejects.toThrow('503');
      expect(await request('stay.here')).toMatchObject({ webhooks: 1 });
    }
    await kit.receiver.waitFor(5);
  });
});

it('is counted for Prometheus without URLs or tags', async () => {
  const text = await (await fetch(`http://127.0.0.1:${kit.hukz.app.metricsPort}/metrics`)).text();
  for (const name of [
    'hukz_messages_accepted_total',
    'hukz_attempts_total',
    'hukz_deliveries_in_flight',
    'hukz_deliveries_due',
    'hukz_oldest_due_seconds',
    'hukz_deliveries_parked{reason="paused"}',
    'hukz_dead_letters',
    'hukz_delivery_latency_seconds',
  ]) {
    expect(text).toContain(name);
  }
  expect(text).not.toContain(kit.receiver.url);
  expect(Number(/^hukz_messages_dropped_total (\d+)/m.exec(text)?.[1])).toBe(0);
});

it('writes nothing a message or a delivery at info level', () => {
  const names = new Set(kit.hukz.logger.lines.filter(({ level }) => level === 'info').map(({ name }) => name));
  expect([...names].filter((name) => /^(message|delivery|attempt)\./.test(name))).toEqual([]);
});
