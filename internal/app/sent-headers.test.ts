import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { useAppKit } from '../testkit/kits/use-app-kit.js';

const kit = useAppKit({
  HUKZ_LOG_HEADERS: 'both',
  HUKZ_ENCRYPTION_KEYS: `2026:${randomBytes(32).toString('base64')}`,
});
/** No canaries: a header that is no secret repeats the token, and the audit has such a header as it was set. */
const [TOKEN, KEY] = ['the-token-of-the-webhook-17', 'the-key-of-the-webhook-17'];
/** Headers that belong to a connection, not to a request of hukz. */
const OF_HTTP = ['connection', 'content-length', 'host', 'transfer-encoding'];

it('LOG_HEADERS=both keeps the headers of a request as they were sent, without secrets, and those of its answer', async () => {
  const settings = {
    auth: { type: 'bearer', token: TOKEN },
    headers: { 'X-Api-Key': KEY, 'X-Team': 'a', 'X-Also': `see ${TOKEN}` },
  };
  const { id, request, log } = await kit.attempt('kept.sent', settings);
  const sent = Object.entries(request.headers).filter(([name]) => !OF_HTTP.includes(name));
  const expected = {
    ...Object.fromEntries(sent.map(([name, value]) => [name, [value]])),
    authorization: ['***'],
    'x-api-key': ['***'],
    'x-also': ['see ***'],
  };
  // They stay when the webhook is deleted, and its request can no longer be made again.
  await kit.hukz.api.delete(`/webhooks/${id}`);
  const { body } = await kit.hukz.api.get(`/webhooks/logs/${log.id}`);
  expect(body.request_headers).toEqual(expected);
  expect(body.request).toBeNull();
  expect(body.response_headers).toMatchObject({ date: [expect.any(String)] });
  expect(JSON.stringify(body)).not.toContain(TOKEN);
  expect(JSON.stringify(body)).not.toContain(KEY);
});

it('and of a request that got no answer', async () => {
  const event = await kit.hukz.api.event('kept.unanswered');
  const retry = { schedule: { constant: '1h', tries: 1 } };
  const id = await kit.hukz.api.webhook('http://127.0.0.1:1/', [event], { retry });
  kit.nats.publish('kept.unanswered', '{}');
  const log = await kit.logOf(id);
  expect(log).toMatchObject({ response_headers: null, request_headers: { 'webhook-id': [log.delivery_id] } });
});
