import { beforeAll, describe, expect, it } from '@jest/globals';
import { CloudEvent, HTTP } from 'cloudevents';
import { headers as natsHeaders } from 'nats';
import { formatNames } from '../domain/format/formats.js';
import { eventually } from '../testkit/eventually.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import type { ReceivedRequest } from '../testkit/servers/receiver.js';

const kit = useAppKit();
let eventId: number;
beforeAll(async () => {
  eventId = await kit.hukz.api.event('tag.created');
});

const PAYLOAD = '{ "id": 12345678901234567890, "name": "water", "id": 1 }';

/** The request for a message to a webhook with these settings. Other webhooks of its event are deleted. */
const received = async (settings: object, payload: string | Uint8Array = PAYLOAD) => {
  const id = await kit.hukz.api.webhook(kit.receiver.url, [eventId], settings);
  kit.nats.publish('tag.created', payload);
  const [request] = await kit.receiver.waitFor(1);
  const logs = () => kit.hukz.api.logs(`webhook_id=${id}`);
  await eventually(async () => (await logs()).length > 0, { what: 'its log' });
  const [log] = await logs();
  await kit.hukz.api.delete(`/webhooks/${id}`).expect(200);
  return { request: request as ReceivedRequest, log };
};
const eventIn = ({ headers, body }: ReceivedRequest) => {
  const event = HTTP.toEvent<unknown>({ headers, body: String(body) });
  return event instanceof CloudEvent ? event : undefined;
};

describe('a receiver gets', () => {
  it.each(formatNames)('%s, and its log shows it', async (format) => {
    const { request, log } = await received({ format });
    expect(log?.outcome).toBe('delivered');
    expect(log?.data).toEqual(JSON.parse(String(request.body)));
  });

  it.each(['raw', 'cloudevents-binary'] as const)('in %s nothing for nothing', async (format) => {
    const { request } = await received({ format }, '');
    expect([request.body.length, request.headers['content-length']]).toEqual([0, '0']);
  });

  it('raw: the bytes that were published', async () => {
    const bytes = Buffer.from([0, 255, 1, 254]);
    const { request, log } = await received({ format: 'raw', method: 'PUT' }, bytes);
    expect(request.body.equals(bytes)).toBe(true);
    expect([request.method, request.headers['content-type']]).toEqual(['PUT', 'application/octet-stream']);
    expect(log).toMatchObject({ data: bytes.toString('base64'), data_encoding: 'base64' });
  });

  it('standard: the payload unchanged under data', async () => {
    const { request } = await received({ format: 'standard' });
    expect(String(request.body)).toMatch(/^\{"type":"tag\.created","timestamp":"20[^"]+Z","data":\{ "id": 123/);
    expect(String(request.body).endsWith(`"data":${PAYLOAD}}`)).toBe(true);
  });

  it.each(['cloudevents', 'cloudevents-binary'] as const)('%s that the official SDK takes', async (format) => {
    const { request, log } = await received({ format }, '{"name":"water"}');
    const event = eventIn(request);
    expect(event?.validate()).toBe(true);
    expect(event?.toJSON()).toMatchObject({
      specversion: '1.0',
      id: log?.message_id,
      source: '/hukz',
      type: 'tag.created',
      time: expect.stringMatching(/^20.*Z$/),
      datacontenttype: 'application/json',
      data: { name: 'water' },
    });
  });

  it('a CloudEvent of bytes that the official SDK takes', async () => {
    const bytes = Buffer.from([0, 255, 1, 254]);
    const { request } = await received({ format: 'cloudevents' }, bytes);
    const event = eventIn(request);
    expect(event?.validate()).toBe(true);
    expect(Buffer.from(event?.data_base64 ?? '', 'base64').equals(bytes)).toBe(true);
  });

  it('a CloudEvent of nothing that the official SDK takes', async () => {
    const event = eventIn((await received({ format: 'cloudevents' }, '')).request);
    expect(event?.validate()).toBe(true);
    expect(event?.data).toBeUndefined();
  });
});

describe('a message that is sent again', () => {
  it('comes from the store with the same body, trace and headers', async () => {
    kit.receiver.behave((_request, index) => ({ status: index < 2 ? 500 : 200 }));
    const id = await kit.hukz.api.webhook(kit.receiver.url, [eventId], {
      format: 'standard',
      pass_headers: ['X-Tenant'],
    });
    const headers = natsHeaders();
    headers.append('Traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    headers.append('TraceState', 'a=1');
    headers.append('tracestate', 'b=2');
    headers.append('X-Tenant', 'acmé');
    headers.append('x-tenant', 'other');
    headers.append('X-Secret', 'not wanted');
    kit.nats.publish('tag.created', PAYLOAD, { headers });
    const requests = await kit.receiver.waitFor(3);
    expect(new Set(requests.map(({ body }) => String(body))).size).toBe(1);
    for (const request of requests) {
      expect(request.headers).toMatchObject({
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        tracestate: 'a=1,b=2',
        'x-tenant': 'acm%C3%A9, other',
      });
      expect(request.headers).not.toHaveProperty('x-secret');
    }
    await kit.hukz.api.delete(`/webhooks/${id}`).expect(200);
  });
});
