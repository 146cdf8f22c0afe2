import { beforeAll, describe, expect, it } from '@jest/globals';
import { bytesAt, type Fetch, Hukz, HukzError, type HukzOptions } from 'hukz-client';
import { eventually } from '../../../internal/testkit/eventually.js';
import { useAppKit } from '../../../internal/testkit/kits/use-app-kit.js';

const BIG = '{"id":9007199254740993,"n":1.50}';
const NOT_JSON = Uint8Array.of(0xff, 0x00, 0x7b);
const kit = useAppKit();
const textOf = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);
const clientOf = (options: HukzOptions = {}) =>
  new Hukz({ url: `http://127.0.0.1:${kit.hukz.app.port}`, user: 1, ...options });

let hukz: Hukz;
beforeAll(() => {
  hukz = clientOf();
});

let names = 0;
/** A new event, and a webhook of it, whose failed deliveries are not repeated during the test. */
async function newWebhook(client = hukz) {
  const name = `n${names++}`;
  const event = await client.events.create({ key: `shop/${name}`, event: `order.${name}` });
  const fields = { url: `${kit.receiver.url}/${name}`, event_ids: [event.id], retry: { schedule: ['1h'] } };
  return {
    event,
    webhook: await client.webhooks.create({ ...fields, key: `shop/${name}` }),
    key: `key:shop/${name}` as const,
  };
}

async function published(event: string, more: object = {}): Promise<string> {
  const { message_id: id } = await hukz.messages.publish({ event, payload: { n: 1 }, ...more });
  if (!id) throw new Error('the message is not kept');
  return id;
}

async function failureOf(work: PromiseLike<unknown>): Promise<HukzError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof HukzError) return error;
  throw new Error('no HukzError', { cause: error });
}

/** Loses the first answer of each call, after the service has carried the request out. */
const losingAnswers: Fetch = async (url, init) => {
  const answer = await fetch(url, init);
  if (lost.has(JSON.stringify([init.headers, url]))) return answer;
  lost.add(JSON.stringify([init.headers, url]));
  throw new TypeError('the connection is lost');
};
const lost = new Set<string>();

describe('messages', () => {
  it.each([
    ['a string', BIG, BIG],
    ['bytes', new TextEncoder().encode(BIG), BIG],
    ['a buffer', new TextEncoder().encode(BIG).buffer, BIG],
    ['a value', { id: 17, text: 'é' }, '{"id":17,"text":"é"}'],
    ['nothing', undefined, ''],
    ['bytes that are no JSON', NOT_JSON, Buffer.from(NOT_JSON).toString()],
  ])('are published, sent and read byte for byte: %s', async (_, payload, written) => {
    const { event } = await newWebhook();
    const id = await published(event.event, { payload });
    const [request] = await kit.receiver.waitFor(1);
    if (payload !== NOT_JSON) expect(String(request?.body)).toContain(`"payload":${written || 'null'}`);
    const message = await hukz.messages.get(id);
    expect(textOf(message.payloadBytes)).toBe(Buffer.from(written).toString());
    await eventually(async () => (await hukz.logs.list({ event: event.event })).nodes.length === 1, { what: 'a log' });
    const { data, bytes } = await hukz.logs.list({ event: event.event }).firstPage().withAnswer();
    const log = await hukz.logs.get(data.nodes[0]?.id ?? 0);
    const delivery = await hukz.deliveries.get(log.delivery_id);
    const sent = [log.dataBytes, delivery.message.dataBytes, bytesAt(bytes, ['nodes', 0, 'data'])];
    expect(sent.map(textOf)).toEqual(Array(3).fill(String(request?.body)));
    expect(Object.keys({ ...message, ...log })).not.toContain('payloadBytes');
  });

  it('are published once although their answers are lost', async () => {
    const { event } = await newWebhook();
    const client = clientOf({ fetch: losingAnswers, retry: { baseMs: 1 } });
    const answer = await client.messages.publish({ event: event.event, payload: 1 });
    expect(answer.duplicate).toBe(true);
    const lines = await client.messages.publishBatch([
      { event: event.event, payload: BIG },
      { event: event.event, payload: NOT_JSON, id: 'own' },
      { event: 'unknown.event' },
    ]);
    expect(lines.map(({ status, duplicate }) => [status, duplicate])).toEqual([
      [202, true],
      [202, true],
      [404, undefined],
    ]);
    expect((await hukz.messages.list({ event: event.event })).nodes).toHaveLength(3);
  });

  it('are cancelled while they are delayed', async () => {
    const { event } = await newWebhook();
    const id = await published(event.event, { delay: '1h' });
    expect(await hukz.messages.cancel(id)).toEqual({ cancelled: 1 });
    expect((await failureOf(hukz.messages.cancel(id))).code).toBe('conflict');
  });
});

describe('webhooks', () => {
  it('are created once although the answer is lost', async () => {
    const { event } = await newWebhook();
    const client = clientOf({ fetch: losingAnswers, retry: { baseMs: 1 } });
    const fields = { url: kit.receiver.url, event_ids: [event.id], tags: { once: event.event } };
    const { data, headers } = await client.webhooks.create(fields).withAnswer();
    expect([data.tags, headers.get('idempotency-replayed')]).toEqual([fields.tags, 'true']);
    expect((await hukz.webhooks.list({ tag: [`once:${event.event}`] })).total).toBe(1);
  });

  it('are one per key when many callers upsert it at the same time, and each has its say', async () => {
    const { event } = await newWebhook();
    const upsert = (n: number) =>
      hukz.webhooks.upsert('shop/shared', { name: `n${n}`, url: kit.receiver.url, event_ids: [event.id] });
    const made = await Promise.all(Array.from({ length: 6 }, (_, n) => upsert(n)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect((await hukz.webhooks.list({ key: 'shop/shared' })).total).toBe(1);
    expect((await upsert(7)).name).toBe('n7');
  });

  it('of a space are those of its client', async () => {
    const { event, key } = await newWebhook();
    const here = hukz.in(70);
    const fields = { url: `${kit.receiver.url}/70`, event_ids: [event.id] };
    const made = await here.webhooks.upsert(key.slice('key:'.length), fields);
    expect([made.space_id, (await here.webhooks.get(key)).id]).toEqual([70, made.id]);
    expect((await here.webhooks.list()).nodes.map(({ id }) => id)).toEqual([made.id]);
    expect((await failureOf(hukz.webhooks.get(key))).code).toBe('conflict');
    expect((await hukz.in(0).webhooks.get(key)).space_id).toBe(0);
    await here.messages.publish({ event: event.event, payload: 1 });
    await eventually(async () => (await here.logs.list()).nodes.length === 1, { what: 'a log in the space' });
    expect(kit.receiver.requests.map(({ url }) => url)).toEqual(['/70']);
    expect((await hukz.in(71).logs.list()).nodes).toEqual([]);
    await hukz.spaces.update(70, { key: 'seventy' });
    const byKey = hukz.in('key:seventy');
    expect((await byKey.webhooks.get(key)).id).toBe(made.id);
    await byKey.messages.publish({ event: event.event, payload: 2 });
    await eventually(async () => (await byKey.logs.list()).nodes.length === 2, { what: 'a second log in the space' });
    expect(await hukz.spaces.hasEvent('key:seventy', event.event)).toBe(true);
    expect(await hukz.spaces.delete(70, { confirm: '70' })).toEqual({ webhooks: 1, cancelled: 0 });
  });

  it('are tested, paused, resumed and signed with new secrets', async () => {
    const { key } = await newWebhook();
    kit.receiver.behave({ status: 418 });
    expect(await hukz.webhooks.test(key, { payload: { id: 1 } })).toMatchObject({ response_status_code: 418 });
    expect((await hukz.webhooks.pause(key)).paused_at).toEqual(expect.any(String));
    expect(await hukz.webhooks.resume(key)).not.toHaveProperty('paused_at');
    expect((await hukz.webhooks.rotateSecret(key, { overlap: '0s' })).secret).toMatch(/^whsec_/);
  });

  it('are changed from the revision that the caller has read', async () => {
    const { webhook } = await newWebhook();
    const { revision } = await hukz.webhooks.update(webhook.id, { name: 'one' }, { ifMatch: webhook.revision });
    const error = await failureOf(hukz.webhooks.update(webhook.id, { name: 'two' }, { ifMatch: webhook.revision }));
    expect([revision, error.code, error.problems[0]?.source]).toEqual([
      webhook.revision + 1,
      'precondition_failed',
      'If-Match',
    ]);
    expect(await hukz.webhooks.delete(webhook.id)).toBeNull();
    expect((await failureOf(hukz.webhooks.get(webhook.id))).code).toBe('not_found');
  });
});

describe('lists', () => {
  it('are read page by page, to the end or as far as asked', async () => {
    const client = hukz.in(80);
    const { event } = await newWebhook();
    const made: number[] = [];
    for (let n = 0; n < 7; n++)
      made.push((await client.webhooks.create({ url: kit.receiver.url, event_ids: [event.id], name: `w${n}` })).id);
    const listed: number[] = [];
    for await (const { id } of client.webhooks.list({ limit: 3 })) listed.push(id);
    expect(listed).toEqual(made);
    expect((await client.webhooks.list().take(5)).map(({ id }) => id)).toEqual(made.slice(0, 5));
    const pages: number[] = [];
    for await (const { nodes } of client.webhooks.list({ limit: 3 }).pages()) pages.push(nodes.length);
    expect(pages).toEqual([3, 3, 1]);
  });
});

describe('deliveries', () => {
  it('that were given up are sent again, all together', async () => {
    const { event, key } = await newWebhook();
    kit.receiver.behave({ status: 500 });
    for (let n = 0; n < 3; n++) await published(event.event, { retry: false });
    const dead = () => hukz.deadLetters.list({ webhook_id: key }).take(9);
    await eventually(async () => (await dead()).length === 3, { what: 'three dead letters' });
    kit.receiver.behave({});
    expect(await hukz.deadLetters.retryAll({ webhook: key })).toEqual({
      dry_run: false,
      matched: 3,
      changed: 3,
      skipped: 0,
    });
    await eventually(
      async () => (await hukz.deliveries.list({ webhook: key, state: 'delivered' })).nodes.length === 3,
      {
        what: 'three deliveries',
      },
    );
    expect(await hukz.accounting({ webhook_id: key })).toMatchObject({ delivered: 3, dead: 0, closes: true });
  });

  it('of a space are sent again without those of other spaces, and are listed by space', async () => {
    const [here, there] = [hukz.in(75), hukz.in(76)];
    const { event } = await newWebhook(here);
    await there.webhooks.create({ url: `${kit.receiver.url}/there`, event_ids: [event.id] });
    kit.receiver.behave({ status: 500 });
    for (const client of [here, there]) await client.messages.publish({ event: event.event, retry: false });
    const dead = async (client: Hukz) => (await client.deadLetters.list()).nodes.length;
    const both = async () => (await dead(here)) + (await dead(there)) === 2;
    await eventually(both, { what: 'a dead letter in each space' });
    expect(await here.deadLetters.retryAll()).toMatchObject({ matched: 1, changed: 1 });
    expect(await dead(there)).toBe(1);
    expect((await there.deliveries.list({ state: 'dead' })).nodes).toHaveLength(1);
    expect(await here.deliveries.cancelMany({ filter: { state: 'held' } })).toMatchObject({ matched: 0 });
  });

  it('are cancelled, all together', async () => {
    const { event, key } = await newWebhook();
    await hukz.webhooks.pause(key);
    for (let n = 0; n < 3; n++) await published(event.event);
    const selection = { filter: { webhook: key, state: 'held' } } as const;
    expect(await hukz.deliveries.cancelMany({ ...selection, dry_run: true })).toMatchObject({
      dry_run: true,
      matched: 3,
    });
    expect(await hukz.deliveries.cancelMany(selection)).toMatchObject({ matched: 3, changed: 3 });
  });
});

describe('replays', () => {
  it('are counted, started and awaited with their progress', async () => {
    const { event, webhook, key } = await newWebhook();
    await hukz.webhooks.update(webhook.id, { event_ids: [] });
    for (let n = 0; n < 3; n++) await published(event.event);
    await hukz.webhooks.update(webhook.id, { event_ids: [event.id] });
    const missing = { since: '1h', outcome: 'missing', event: event.event } as const;
    expect((await hukz.replays.count(key, missing)).total).toBe(3);
    const progress: number[] = [];
    const replay = await hukz.webhooks.replay(key, missing).done({ onProgress: ({ done }) => progress.push(done) });
    expect(replay).toMatchObject({ state: 'done', total: 3, done: 3, error: null });
    expect([progress.at(-1), progress.length > 0]).toEqual([3, true]);
    await kit.receiver.waitFor(3);
    expect((await hukz.replays.list(key)).nodes.map(({ id }) => id)).toEqual([replay.id]);
  });

  it('end when they are cancelled', async () => {
    const { key } = await newWebhook();
    const { id } = await hukz.replays.create(key, { since: '1h' });
    const cancelled = await hukz.replays.cancel(id);
    expect((await hukz.replays.done(id)).state).toBe(cancelled.state);
  });
});

describe('declarations', () => {
  const DECLARED = {
    managed_by: 'a-test',
    events: [{ key: 'declared/paid', event: 'declared.paid' }],
    webhooks: [{ key: 'declared/mail', url: 'https://example.com/hook', events: ['key:declared/paid'] }],
  };

  it('are planned, applied and exported in the space of the client', async () => {
    const here = hukz.in(90);
    expect((await here.apply({ ...DECLARED, dry_run: true })).applied).toBe(false);
    const { plan } = await here.apply(DECLARED);
    expect(plan.map(({ kind, do: action }) => [kind, action])).toEqual([
      ['event', 'create'],
      ['webhook', 'create'],
    ]);
    expect((await here.webhooks.get('key:declared/mail')).space_id).toBe(90);
    const exported = await here.export({ managed_by: 'a-test' });
    expect(exported.webhooks).toMatchObject([{ key: 'declared/mail', url: 'https://example.com/hook' }]);
    expect((await here.apply({ ...DECLARED, ...exported })).plan.map(({ do: action }) => action)).toEqual([
      'keep',
      'keep',
    ]);
    const error = await failureOf(here.apply({ ...DECLARED, managed_by: 'another' }));
    expect(error).toMatchObject({
      status: 409,
      isRetryable: false,
      answer: { plan: [{ do: 'conflict' }, { do: 'conflict' }] },
    });
  });
});

describe('callers', () => {
  it('see the deliveries of their own webhooks', async () => {
    const { event } = await newWebhook(hukz.as(2));
    await published(event.event);
    await eventually(async () => (await hukz.as(2).logs.list({ event: event.event })).nodes.length === 1, {
      what: 'a log',
    });
    expect((await hukz.logs.list({ event: event.event })).nodes).toEqual([]);
  });

  it('get the problems of the service, each with its place', async () => {
    const error = await failureOf(hukz.webhooks.create({ url: 'nowhere', event_ids: [0] }));
    expect(error.problems.map(({ source }) => source)).toEqual(['url', 'event_ids']);
    expect(error).toMatchObject({ status: 422, code: 'unprocessable', isRetryable: false });
    const nobody = new Hukz({ url: `http://127.0.0.1:${kit.hukz.app.port}` });
    expect(await failureOf(nobody.events.list())).toMatchObject({
      code: 'unauthorized',
      problems: [{ source: 'X-User' }],
    });
  });

  it('learn whether the service is ready', async () => {
    expect((await hukz.health.ready()).status).toBe('ok');
    expect((await hukz.health.alive()).status).toBe('ok');
    expect((await hukz.health.publishing()).status).toBe('ok');
  });
});

/** A call of each operation of the document. */
const CALLS: Readonly<Record<string, (client: Hukz) => PromiseLike<unknown>>> = {
  getLiveness: (client) => client.health.alive(),
  getReadiness: (client) => client.health.ready(),
  getPublishReadiness: (client) => client.health.publishing(),
  publishMessage: (client) => client.messages.publish({ event: 'a.b' }),
  publishMessages: (client) => client.messages.publishBatch([]),
  listMessages: (client) => client.messages.list(),
  getMessage: (client) => client.messages.get('m'),
  cancelMessage: (client) => client.messages.cancel('m'),
  explainStoredMessage: (client) => client.messages.explain('m'),
  explainMessage: (client) => client.explain({ subject: 'a.b', payload: {} }),
  listEvents: (client) => client.events.list(),
  createEvent: (client) => client.events.create({ event: 'a.b' }),
  getEvent: (client) => client.events.get(1),
  updateEvent: (client) => client.events.update(1, {}),
  replaceEvent: (client) => client.events.replace(1, {}),
  deleteEvent: (client) => client.events.delete(1),
  createEventSchema: (client) => client.events.schemas(1).create({ schema: true }),
  listEventSchemas: (client) => client.events.schemas(1).list(),
  validateByEventSchema: (client) => client.events.schemas(1).validate({ payload: 1 }),
  getEventSchema: (client) => client.events.schemas(1).get('2'),
  updateEventSchema: (client) => client.events.schemas(1).update('2', {}),
  deleteEventSchema: (client) => client.events.schemas(1).delete('2'),
  listQuarantine: (client) => client.quarantine.list(),
  getQuarantined: (client) => client.quarantine.get('m'),
  releaseQuarantined: (client) => client.quarantine.release('m'),
  releaseQuarantine: (client) => client.quarantine.releaseAll(),
  discardQuarantined: (client) => client.quarantine.discard('m'),
  listWebhookLogs: (client) => client.logs.list(),
  getWebhookLog: (client) => client.logs.get(1),
  listSpaces: (client) => client.spaces.list(),
  createSpace: (client) => client.spaces.create(),
  getSpace: (client) => client.spaces.get(1),
  updateSpace: (client) => client.spaces.update(1, {}),
  replaceSpace: (client) => client.spaces.replace('key:eu', {}),
  deleteSpace: (client) => client.spaces.delete(1, { confirm: '1' }),
  checkSpaceEvent: (client) => client.spaces.hasEvent(1, 'a.b'),
  listTokens: (client) => client.tokens.list(),
  createToken: (client) => client.tokens.create({ name: 'me', role: 'admin' }),
  getToken: (client) => client.tokens.get(1),
  rotateToken: (client) => client.tokens.rotate(1),
  revokeToken: (client) => client.tokens.revoke(1),
  listAudit: (client) => client.audit.list(),
  listWebhooks: (client) => client.webhooks.list(),
  createWebhook: (client) => client.webhooks.create({ url: 'https://example.com', event_ids: [] }),
  getWebhook: (client) => client.webhooks.get('key:shop/orders'),
  updateWebhook: (client) => client.webhooks.update(1, {}),
  replaceWebhook: (client) => client.webhooks.replace(1, {}),
  deleteWebhook: (client) => client.webhooks.delete(1),
  testWebhook: (client) => client.webhooks.test(1),
  testWebhookFilter: (client) => client.webhooks.testFilter(1, { filter: { data: { a: 1 } } }),
  testWebhookAuth: (client) => client.webhooks.testAuth(1),
  pauseWebhook: (client) => client.webhooks.pause(1),
  resumeWebhook: (client) => client.webhooks.resume(1),
  rotateWebhookSecret: (client) => client.webhooks.rotateSecret(1),
  listOrderedKeys: (client) => client.webhooks.keys(1),
  releaseOrderedKey: (client) => client.webhooks.releaseKey(1, 'k'),
  releaseOrderedKeyByValue: (client) => client.webhooks.releaseKeyByValue(1, 'v'),
  createReplay: (client) => client.replays.create(1, { since: '1h' }),
  eraseMessages: (client) => client.erasures.create({ ids: ['m'] }),
  listErasures: (client) => client.erasures.list(),
  getErasure: (client) => client.erasures.get('e'),
  cancelErasure: (client) => client.erasures.cancel('e'),
  listReplays: (client) => client.replays.list(1),
  getReplay: (client) => client.replays.get('r'),
  cancelReplay: (client) => client.replays.cancel('r'),
  listDeadLetters: (client) => client.deadLetters.list(),
  listDeliveries: (client) => client.deliveries.list(),
  getDelivery: (client) => client.deliveries.get('d'),
  retryDelivery: (client) => client.deliveries.retry('d'),
  cancelDelivery: (client) => client.deliveries.cancel('d'),
  retryDeliveries: (client) => client.deadLetters.retryAll(),
  cancelDeliveries: (client) => client.deliveries.cancelMany({ ids: ['d'] }),
  applyDeclaration: (client) => client.apply({ managed_by: 'me' }),
  exportDeclaration: (client) => client.export(),
  getAccounting: (client) => client.accounting(),
};
const LEFT_OUT: Readonly<Record<string, string>> = {
  ping: 'getLiveness says the same as JSON',
  listSpaceWebhooks: 'listWebhooks with space_id lists the same',
  createSpaceWebhook: 'createWebhook with space_id does the same',
  getOpenApi: 'the types of the client are made of it',
  getDocs: 'a page for people',
  redirectToDocs: 'a page for people',
};

describe('the operations of the OpenAPI document', () => {
  const asked: string[] = [];
  const recording: Fetch = async (url, { method, body }) => {
    asked.push(`${method} ${new URL(url).pathname} ${body ?? ''}`);
    const answer = url.endsWith('/batch') ? '[]' : '{"nodes":[],"message":{}}';
    return new Response(answer, { headers: { 'content-type': 'application/json' } });
  };
  interface Document {
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  }
  const operations = async () => {
    const answer = await fetch(`http://127.0.0.1:${kit.hukz.app.port}/openapi.json`);
    const { paths } = (await answer.json()) as Document;
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => ({ operationId, method: method.toUpperCase(), path })),
    );
  };

  it('are all called by a method of the client, or left out for a reason', async () => {
    const known = [...Object.keys(CALLS), ...Object.keys(LEFT_OUT)];
    expect((await operations()).map(({ operationId }) => operationId).sort()).toEqual(known.sort());
  });

  it('are each called at their paths', async () => {
    for (const { operationId, method, path } of await operations()) {
      const call = CALLS[operationId];
      if (!call) continue;
      asked.length = 0;
      await call(clientOf({ fetch: recording }));
      const pattern = new RegExp(`^${method} ${path.replaceAll(/\{\w+\}/g, '[^/]+')} `);
      expect(asked).toEqual([expect.stringMatching(pattern)]);
    }
  });
});

it('has the types of the present OpenAPI document', async () => {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  await promisify(execFile)(process.execPath, ['scripts/client-types.mjs', '--check']);
});
