import { beforeEach, describe, expect, it } from '@jest/globals';
import { useAppKit } from '../testkit/kits/use-app-kit.js';

const CANARY = 'canary-1234567890-tail';

const kit = useAppKit({ HUKZ_REQUEST_TIMEOUT: '1s' });
beforeEach(() => kit.receiver.behave({ status: 201, body: 'thanks' }));

describe('a test call', () => {
  it('sends one marked sample as a delivery would be sent, and answers with both sides', async () => {
    const event = await kit.hukz.api.event('order.*.paid');
    const auth = { type: 'basic', username: 'me', password: CANARY };
    const id = await kit.hukz.api.webhook(kit.receiver.url, [event], { auth, enabled: false });
    const { body, text } = await kit.hukz.api.post(`/webhooks/${id}/test`).expect(200);
    const [received] = kit.receiver.requests;
    expect(kit.receiver.requests).toHaveLength(1);
    expect(received?.headers).toMatchObject({
      'hukz-test': 'true',
      'hukz-event': 'order.test.paid',
      authorization: `Basic ${btoa(`me:${CANARY}`)}`,
      'webhook-id': body.delivery_id,
      'webhook-signature': expect.stringMatching(/^v1,/),
    });
    expect(body).toMatchObject({
      delivered: true,
      response_status_code: 201,
      response_body: 'thanks',
      error: null,
      insecure: false,
      request: { method: 'POST', headers: { authorization: '(hidden)', 'hukz-test': 'true' } },
    });
    expect(body.request.body).toBe(received?.body.toString());
    expect(text + JSON.stringify(kit.hukz.logger.lines)).not.toContain('canary');
    expect(text).not.toContain(btoa(`me:${CANARY}`));
  });

  it('that fails is not repeated, logged, counted, nor an end of the webhook', async () => {
    kit.receiver.behave({ status: 410 });
    const id = await kit.hukz.api.webhook(kit.receiver.url, []);
    const before = await kit.hukz.api.get('/accounting').expect(200);
    const { body } = await kit.hukz.api.post(`/webhooks/${id}/test`, { payload: [1, null] }).expect(200);
    expect(body).toMatchObject({ delivered: false, response_status_code: 410, error: 'answered 410' });
    expect(JSON.parse(body.request.body)).toMatchObject({ event: 'hukz.test', payload: [1, null] });
    expect((await kit.hukz.api.get(`/webhooks/${id}`)).body.enabled).toBe(true);
    expect(await kit.hukz.api.logs(`webhook_id=${id}`)).toEqual([]);
    expect((await kit.hukz.api.get('/accounting')).body.webhooks).toEqual(before.body.webhooks);
    expect(kit.receiver.requests).toHaveLength(1);
  });

  it('to a receiver that never answers ends with the time of a request', async () => {
    kit.receiver.behave({ hang: true });
    const id = await kit.hukz.api.webhook(kit.receiver.url, [], { timeout: '200ms' });
    const { body } = await kit.hukz.api.post(`/webhooks/${id}/test`).expect(200);
    expect(body).toMatchObject({ response_status_code: null, response_body: null, error: 'timed out after 200 ms' });
  });

  it('with a payload of any depth is sent or refused', async () => {
    const id = await kit.hukz.api.webhook(kit.receiver.url, []);
    for (const [depth, expected] of [
      [1000, 200],
      [100_000, 422],
    ] as const) {
      const deep = `{"payload":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      const url = `http://127.0.0.1:${kit.hukz.app.port}/webhooks/${id}/test`;
      const { status } = await fetch(url, {
        method: 'POST',
        headers: { 'x-user': '1', 'content-type': 'application/json' },
        body: deep,
      });
      expect(status).toBe(expected);
    }
  });

  it('is refused for an unknown webhook, another subject and unknown fields', async () => {
    const id = await kit.hukz.api.webhook(kit.receiver.url, [await kit.hukz.api.event('a.b')]);
    await kit.hukz.api.post('/webhooks/999999/test').expect(404);
    await kit.hukz.api.post(`/webhooks/${id}/test`, { subject: 'c.d' }).expect(409);
    await kit.hukz.api.post(`/webhooks/${id}/test`, { subject: 'a.*' }).expect(422);
    await kit.hukz.api.post(`/webhooks/${id}/test`, { subject: 5 }).expect(422);
    await kit.hukz.api.post(`/webhooks/${id}/test`, { url: 'https://evil.example' }).expect(422);
    await kit.hukz.api.post(`/webhooks/${id}/test`, { subject: 'a.b' }).expect(200);
    expect(kit.receiver.requests).toHaveLength(1);
  });
});

describe('a test of the authorisation', () => {
  it.each([
    [
      { type: 'basic', username: 'me', password: CANARY },
      { type: 'basic', header: 'authorization: Basic (hidden)' },
    ],
    [
      { type: 'bearer', token: CANARY },
      { type: 'bearer', header: 'authorization: Bearer (hidden)' },
    ],
    [
      { type: 'api_key', header: 'X-Key', value: CANARY },
      { type: 'api_key', header: 'x-key: (hidden)' },
    ],
  ])('says what would be sent: %j', async (auth, expected) => {
    const id = await kit.hukz.api.webhook(kit.receiver.url, [], { auth });
    const { body } = await kit.hukz.api.post(`/webhooks/${id}/test-auth`).expect(200);
    expect(body).toEqual({ ok: true, error: null, token_lifetime_s: null, ...expected });
    expect(kit.receiver.requests).toHaveLength(0);
  });

  it('is refused where there is nothing to try', async () => {
    const id = await kit.hukz.api.webhook(kit.receiver.url, []);
    const { body } = await kit.hukz.api.post(`/webhooks/${id}/test-auth`).expect(409);
    const message = 'the webhook has no auth, so there is nothing to test';
    expect(body.errors).toEqual([{ code: 409, message, source: 'auth' }]);
  });

  it('fetches a token and says how long it lasts, or why there is none', async () => {
    kit.receiver.behave({ body: JSON.stringify({ access_token: CANARY, expires_in: 60 }) });
    const auth = { type: 'oauth2', token_url: kit.receiver.url, client_id: 'me', client_secret: CANARY };
    const id = await kit.hukz.api.webhook(kit.receiver.url, [], { auth });
    const tried = await kit.hukz.api.post(`/webhooks/${id}/test-auth`).expect(200);
    const header = 'authorization: Bearer (hidden)';
    expect(tried.body).toEqual({ type: 'oauth2', ok: true, header, token_lifetime_s: 60, error: null });
    kit.receiver.behave({ status: 401, body: JSON.stringify({ error: 'invalid_client', error_description: CANARY }) });
    const refused = await kit.hukz.api.post(`/webhooks/${id}/test-auth`).expect(200);
    expect(refused.body).toMatchObject({
      ok: false,
      error: 'no access token: the token endpoint answered 401 (invalid_client)',
    });
    expect(tried.text + refused.text + JSON.stringify(kit.hukz.logger.lines)).not.toContain('canary');
    await kit.hukz.api.post('/webhooks/999999/test-auth').expect(404);
  });
});
