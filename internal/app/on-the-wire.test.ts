import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { canary } from '../testkit/canary.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import type { ReceivedRequest } from '../testkit/servers/receiver.js';

const kit = useAppKit({ HUKZ_ENCRYPTION_KEYS: `2026:${randomBytes(32).toString('base64')}` });

/** Headers that belong to a connection, not to a request of hukz. */
const OF_HTTP = ['connection', 'content-length', 'host', 'transfer-encoding'];
const ofHukz = ({ headers }: ReceivedRequest) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_HTTP.includes(name)));
const TOKEN = canary('bearer');

describe('an attempt shows', () => {
  it('the request as it was sent, with its signature and without its credentials', async () => {
    const settings = { auth: { type: 'bearer', token: TOKEN }, headers: { 'X-Ours': 'a' }, method: 'PUT' };
    const { request, log } = await kit.attempt('wire.sent', settings);
    const { body } = await kit.hukz.api.get(`/webhooks/logs/${log.id}`);
    expect(body.request).toMatchObject({ method: 'PUT', url: expect.stringContaining('127.0.0.1') });
    const sent = { ...ofHukz(request), authorization: '(hidden)' };
    const shown = body.request.headers;
    expect(Object.keys(shown).sort()).toEqual(Object.keys(sent).sort());
    // The log has the time at which the attempt began, which may be in the second before the request was signed.
    const timed = ['webhook-timestamp', 'webhook-signature'];
    const isSameSecond = shown['webhook-timestamp'] === request.headers['webhook-timestamp'];
    const without = (headers: object) =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => isSameSecond || !timed.includes(name)));
    expect(without(shown)).toEqual(without(sent));
    expect(JSON.stringify(body.data)).toBe(JSON.stringify(JSON.parse(request.body.toString())));
    expect(JSON.stringify(body)).not.toContain(TOKEN);
    const delivery = (await kit.hukz.api.get(`/deliveries/${log.delivery_id}`)).body;
    expect(delivery.request).toEqual(body.request);
  });

  it('no request once its webhook is deleted', async () => {
    const { id, log } = await kit.attempt('wire.deleted');
    await kit.hukz.api.delete(`/webhooks/${id}`);
    expect((await kit.hukz.api.get(`/webhooks/logs/${log.id}`)).body.request).toBeNull();
  });

  it('the headers of an answer that failed, without a secret in them', async () => {
    const headers = { 'X-Reason': ['one', 'two'], 'X-Echo': `Bearer ${TOKEN}`, 'X-Long': 'x'.repeat(5000) };
    kit.receiver.behave({ status: 500, headers });
    const { log } = await kit.attempt('wire.failed', { auth: { type: 'bearer', token: TOKEN } });
    const { body } = await kit.hukz.api.get(`/webhooks/logs/${log.id}`);
    expect(body.response_headers).toMatchObject({
      'x-reason': ['one', 'two'],
      'x-echo': ['Bearer ***'],
      date: [expect.any(String)],
    });
    expect(body.response_headers).not.toHaveProperty('x-long');
    expect(body.requested_at).toBe(body.created_at);
  });

  it('no headers of an answer that succeeded, unless LOG_HEADERS says so', async () => {
    const { log } = await kit.attempt('wire.delivered');
    expect((await kit.hukz.api.get(`/webhooks/logs/${log.id}`)).body.response_headers).toBeNull();
  });
});
