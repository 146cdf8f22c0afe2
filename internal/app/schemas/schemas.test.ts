import { beforeAll, describe, expect, it } from '@jest/globals';
import { headers as natsHeaders } from 'nats';
import pg from 'pg';
import { eventually } from '../../testkit/eventually.js';
import type { TestApp } from '../../testkit/kits/test-app.js';
import { useAppKit } from '../../testkit/kits/use-app-kit.js';
import { useStreamKit } from '../../testkit/kits/use-stream-kit.js';
import { requestReceipt } from '../../testkit/servers/request-receipt.js';

const SCHEMA = { type: 'object', required: ['id'], properties: { id: { type: 'integer' }, n: { maximum: 9 } } };

describe('an event with a schema', () => {
  /** Two instances: a change through one is active in the other. */
  const kit = useAppKit({}, 2);
  let id: number;
  beforeAll(async () => {
    id = await kit.hukz.api.event('order.*');
  });

  const at = (rest = '') => `/events/${id}/schemas${rest}`;
  const add = async (body: object) => (await kit.hukz.api.post(at(), body).expect(201)).body;
  const setMode = (mode: string, version = '1') => kit.hukz.api.patch(at(`/${version}`), { mode }).expect(200);
  const publish = (payload: unknown, more: object = {}) =>
    kit.other.api.post('/messages', { event: 'order.created', payload, ...more });
  const request = async (payload: unknown, version?: string) => {
    const headers = natsHeaders();
    if (version !== undefined) headers.set('Hukz-Schema-Version', version);
    const message = { subject: 'order.created', payload: JSON.stringify(payload) };
    return (await requestReceipt(kit.nats, message, { headers, timeout: 30_000 })).json<object>();
  };
  const quarantined = async () => (await kit.hukz.api.get('/quarantine?limit=100').expect(200)).body;
  const metric = async (name: string) => {
    const read = async ({ app }: TestApp) => {
      const text = await (await fetch(`http://127.0.0.1:${app.metricsPort}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    };
    return (await read(kit.hukz)) + (await read(kit.other));
  };
  const insertSchema = async (text: string) => {
    const client = new pg.Client(kit.database.connection);
    await client.connect();
    await client.query(text);
    await client.end();
  };
  const lines = (name: string) =>
    [...kit.hukz.logger.lines, ...kit.other.logger.lines].filter((one) => one.name === name);

  it('is refused with the JSON pointer if the schema, or its example, cannot be used', async () => {
    const refuse = async (body: object) => (await kit.hukz.api.post(at(), body).expect(422)).body.errors[0];
    expect(await refuse({ schema: { properties: { a: { pattern: '(?=a)' } } } })).toMatchObject({
      source: 'schema/properties/a/pattern',
    });
    expect(await refuse({ schema: SCHEMA, example: { id: 'a' } })).toMatchObject({ source: 'example/id' });
    expect(await refuse({ schema: SCHEMA, version: 'a b' })).toMatchObject({ source: 'version' });
    expect(await refuse({ schema: SCHEMA, mode: 'strict' })).toMatchObject({ source: 'mode' });
    expect(await refuse({})).toMatchObject({ source: 'schema' });
    await kit.hukz.api.get('/events/999/schemas').expect(404);
    expect((await kit.hukz.api.get(at()).expect(200)).body.nodes).toEqual([]);
  });

  it('checks nothing while the mode is off', async () => {
    expect(await add({ schema: SCHEMA, example: { id: 1 } })).toMatchObject({ version: '1', mode: 'off', revision: 1 });
    await publish({ id: 'a' }).expect(202);
    expect(await request('no object', 'unknown')).toMatchObject({ webhooks: 0, message_id: expect.any(String) });
  });

  it('counts with warn, and logs the first of a spell', async () => {
    await setMode('warn');
    const before = await metric('hukz_messages_schema_warned_total');
    for (let n = 0; n < 3; n++) await publish({ id: 'a' }).expect(202);
    expect(await metric('hukz_messages_schema_warned_total')).toBe(before + 3);
    expect(lines('message.schema_broken')).toMatchObject([
      { fields: { event: 'order.*', schema_version: '1', mode: 'warn', at: '/id', problem: 'must be integer' } },
    ]);
  });

  it('refuses with reject: over HTTP, in batches, as CloudEvents and by receipts', async () => {
    await setMode('reject');
    const refused = (await publish({ id: 'a', n: 10 }).expect(422)).body.errors;
    expect(refused).toEqual([
      { code: 422, message: '/id: must be integer (schema "1" of order.*)', source: '/id' },
      { code: 422, message: '/n: must be <= 9 (schema "1" of order.*)', source: '/n' },
    ]);
    await publish({ id: 1 }).expect(202);
    const batch = [1, 'a'].map((of) => ({ event: 'order.created', payload: { id: of } }));
    const { body } = await kit.other.api.post('/messages/batch', batch).expect(207);
    expect(body).toMatchObject([{ status: 202 }, { status: 422, errors: [{ source: '/id' }] }]);
    const event = { specversion: '1.0', id: 'e1', source: '/test', type: 'order.created', data: {} };
    const structured = kit.other.api.post('/messages').type('application/cloudevents+json');
    expect((await structured.send(event).expect(422)).body.errors).toMatchObject([{ source: 'payload' }]);
    expect(await request({})).toMatchObject({
      error: 'the message does not follow the schema "1" of order.*',
      problems: [{ at: '', problem: "must have required property 'id'" }],
      quarantined: false,
    });
    expect((await quarantined()).total).toBe(0);
  });

  it('is checked by the version that a message names, and an unknown one is refused', async () => {
    const second = await add({ schema: { ...SCHEMA, required: ['id', 'n'] }, mode: 'reject', version: '2.0' });
    expect(second.breaks.examples).toEqual([{ version: '1', problems: [{ at: '', problem: expect.any(String) }] }]);
    await publish({ id: 1 }).expect(422);
    await publish({ id: 1 }, { schema_version: '1' }).expect(202);
    const unknown = (await publish({ id: 1, n: 1 }, { schema_version: '3' }).expect(422)).body.errors;
    expect(unknown[0].message).toContain('no schema version "3"; it has "2.0", "1"');
    expect(await request({ id: 1 }, '1')).toMatchObject({ message_id: expect.any(String) });
    await kit.hukz.api.delete(at('/2.0')).set('If-Match', '"7"').expect(412);
    await kit.hukz.api.delete(at('/2.0')).set('If-Match', '"1"').expect(200);
    await publish({ id: 1 }).expect(202);
  });

  it('puts a message into quarantine whose publisher cannot be told, releases it after the schema is mended, once', async () => {
    await kit.hukz.api.webhook(kit.receiver.url, [id]);
    kit.nats.publish('order.created', '{"id":"late","big":12345678901234567890}');
    await eventually(async () => (await quarantined()).total === 1, { what: 'the message in quarantine' });
    const [{ id: message, ...one }] = (await quarantined()).nodes;
    expect(one).toMatchObject({
      event: 'order.created',
      because: 'schema',
      schema: { event: 'order.*', version: '1', problems: [{ at: '/id', problem: 'must be integer' }] },
    });
    const refused = await kit.other.api.post(`/quarantine/${message}/release`).expect(422);
    expect(refused.body.errors).toMatchObject([{ source: '/id' }]);
    await add({ schema: { properties: { id: { type: ['integer', 'string'] } } }, mode: 'reject' });
    const release = () => kit.other.api.post(`/quarantine/${message}/release`);
    const both = await Promise.all([release(), release()]);
    expect(both.map(({ status }) => status).filter((status) => status !== 200 && status !== 404)).toEqual([]);
    expect(both.filter(({ body }) => body.webhooks === 1)).toHaveLength(1);
    const [delivered] = await kit.receiver.waitFor(1);
    expect(String(delivered?.body)).toContain('"big":12345678901234567890');
    expect((await quarantined()).total).toBe(0);
    await release().expect(404);
    expect((await kit.hukz.api.get(`/messages/${message}`).expect(200)).body.webhooks).toHaveLength(1);
  });

  it('keeps the messages of mode quarantine, of which all that follow the schema are released in one request', async () => {
    await setMode('quarantine', '2');
    const kept = [[], 1, 2].map((n) => ({ event: 'order.created', payload: { id: n === 1 ? [] : {} } }));
    const { body } = await kit.other.api.post('/messages/batch', kept).expect(202);
    expect(body).toMatchObject(kept.map(() => ({ status: 202, webhooks: 0, quarantined: true })));
    const discarded = body[0].message_id;
    const shown = (await kit.hukz.api.get(`/quarantine/${discarded}`).expect(200)).body;
    expect(Buffer.from(shown.payload_base64, 'base64').toString()).toBe('{"id":{}}');
    await kit.hukz.api.delete(`/quarantine/${discarded}`).expect(200);
    await kit.hukz.api.delete(`/quarantine/${discarded}`).expect(404);
    await add({ schema: { properties: { id: { type: 'object' } } }, mode: 'quarantine' });
    const released = await kit.hukz.api.post('/quarantine/release', { event: 'order.*' }).expect(200);
    expect(released.body).toEqual({ released: 1, kept: 1, first_problem: expect.stringContaining('/id') });
    await setMode('off', '3');
    await setMode('off', '2');
    await setMode('off', '1');
    expect((await kit.hukz.api.post('/quarantine/release').expect(200)).body).toEqual({ released: 1, kept: 0 });
    expect(await metric('hukz_messages_schema_quarantined_total')).toBeGreaterThan(3);
  });

  it('whose schema this version cannot use loses nothing, and is degraded until there is another one', async () => {
    await insertSchema(
      `insert into event_schemas (event_id, version, schema, mode, created_by_id, updated_by_id)
       values (${id}, 'odd', '{"keyword-of-tomorrow":1}', 'off', 1, 1)`,
    );
    await setMode('reject', 'odd');
    expect((await publish({}).expect(202)).body).toMatchObject({ quarantined: true });
    const event = (await kit.other.api.get(`/events/${id}`).expect(200)).body;
    expect(event.degraded).toMatchObject({ reason: 'schema_unusable' });
    await setMode('off', 'odd');
    expect((await kit.hukz.api.post('/quarantine/release').expect(200)).body).toEqual({ released: 1, kept: 0 });
    expect((await kit.other.api.get(`/events/${id}`).expect(200)).body.degraded).toBeUndefined();
  });

  it('is recorded in the audit', async () => {
    const { nodes } = (await kit.hukz.api.get(`/audit?object=event:${id}&limit=100`).expect(200)).body;
    expect(nodes.map((row: { changes: object }) => row.changes)).toContainEqual({
      'mode of 1': { before: 'off', after: 'warn' },
    });
    const released = (await kit.hukz.api.get('/audit?action=message.release&limit=100').expect(200)).body;
    expect(released.nodes.length).toBeGreaterThan(2);
  });
});

describe('a stream', () => {
  const kit = useStreamKit();

  it('has its refused messages in quarantine, and those that are accepted delivered', async () => {
    const { api } = await kit.start();
    const id = (await api.post('/events', { event: 'paid', publish_only: true }).expect(201)).body.id;
    await api.post(`/events/${id}/schemas`, {
      schema: { required: ['n'], properties: { n: { minimum: 2 } } },
      mode: 'reject',
    });
    await api.webhook(kit.receiver.url, [id], { ordering: 'webhook' });
    await kit.publish('paid', 1, 4);
    await kit.receiver.waitFor(2);
    expect(kit.numbers()).toEqual([2, 3]);
    await kit.acknowledged();
    const { nodes } = (await api.get('/quarantine').expect(200)).body;
    expect(nodes).toMatchObject([{ event: 'paid', schema: { problems: [{ at: '/n' }] } }]);
    await api.post(`/events/${id}/schemas`, { schema: {}, mode: 'reject' }).expect(201);
    await api.post(`/quarantine/${nodes[0].id}/release`).expect(200);
    await kit.receiver.waitFor(3);
    expect(kit.numbers()).toEqual([1, 2, 3]);
  });
});
