import { expect, it } from '@jest/globals';
import { canary, canaryKey, writingsOf } from '../testkit/canary.js';
import { eventually } from '../testkit/eventually.js';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import type { ReceivedRequest } from '../testkit/servers/receiver.js';

const kit = useAppKit();

const TOKEN = canary('access-token');
const SIGNING = canaryKey('whsec_', 'signing');
const OAUTH2 = { type: 'oauth2', client_id: 'me', client_secret: canary('client') };
const NEEDLES = ['basic', 'bearer', 'key', 'client', 'access-token'].flatMap((name) => writingsOf(canary(name)));
const FORBIDDEN = [...NEEDLES, ...writingsOf(SIGNING.slice('whsec_'.length))];

/** Receivers that repeat the request, each in another form. */
const ECHOES: Readonly<Record<string, (request: ReceivedRequest) => string>> = {
  'as JSON': ({ headers }) => JSON.stringify({ headers, SIGNING }),
  'as JSON in JSON': ({ headers }) => JSON.stringify({ body: JSON.stringify({ headers, SIGNING }) }),
  'as text': ({ headers }) => `${Object.values(headers).join('\n')}\n${SIGNING}`,
  'as a form': ({ headers }) =>
    Object.values(headers)
      .map((value) => new URLSearchParams({ v: String(value) }).toString())
      .join('&'),
  'in base64': ({ headers }) =>
    Object.values(headers)
      .map((value) => btoa(String(value)))
      .join(' '),
  'in base64 as a whole': ({ headers }) => Buffer.from(JSON.stringify(headers)).toString('base64'),
  'in base64url': ({ headers }) => Buffer.from(JSON.stringify(headers)).toString('base64url'),
  'in hex': ({ headers }) => Buffer.from(JSON.stringify(headers)).toString('hex'),
  'at the end of what is kept': ({ headers }) => {
    const carrying = String(headers.authorization ?? headers['x-key'] ?? SIGNING);
    return `${'.'.repeat(16 * 1024 - Math.ceil(carrying.length / 2))}${carrying.repeat(10)}`;
  },
};

it.each(Object.keys(ECHOES))('a receiver that repeats its headers %s reveals no secret', async (how) => {
  const echo = ECHOES[how];
  kit.receiver.behave((request) => {
    if (request.url === '/token') return { body: JSON.stringify({ access_token: TOKEN, expires_in: 60 }) };
    return { status: 500, body: echo?.(request) ?? '' };
  });
  const event = await kit.hukz.api.event(`echo.${how.replaceAll(' ', '-')}`);
  const retry = { schedule: { constant: '1h', tries: 1 } };
  const ids: number[] = [];
  for (const auth of [
    { type: 'basic', username: 'me', password: canary('basic') },
    { type: 'bearer', token: canary('bearer') },
    { type: 'api_key', header: 'x-key', value: canary('key') },
    { ...OAUTH2, token_url: `${kit.receiver.url}/token` },
    { ...OAUTH2, token_url: `${kit.receiver.url}/token`, client_auth: 'client_secret_post' },
  ])
    ids.push(await kit.hukz.api.webhook(kit.receiver.url, [event], { auth, retry, secret: SIGNING }));

  kit.nats.publish(`echo.${how.replaceAll(' ', '-')}`, '{}');
  const logs = () =>
    Promise.all(ids.map(async (id) => (await kit.hukz.api.get(`/webhooks/logs?webhook_id=${id}`)).body.nodes));
  await eventually(async () => (await logs()).every((nodes) => nodes.length === 1), { what: 'a log row of each' });
  const texts: string[] = [];
  for (const [log] of await logs()) {
    expect(log.response_body).not.toBeNull();
    texts.push(JSON.stringify(log), (await kit.hukz.api.get(`/deliveries/${log.delivery_id}`).expect(200)).text);
  }
  for (const id of ids) texts.push((await kit.hukz.api.post(`/webhooks/${id}/test`).expect(200)).text);
  expect(texts.filter((text) => FORBIDDEN.some((writing) => text.includes(writing)))).toEqual([]);
  expect(texts.filter((text) => text.includes('CANARY'))).toEqual([]);
  expect(texts.filter((text) => text.includes('***')).length).toBeGreaterThanOrEqual(ids.length * 2);
});

it('an answer without a secret in it stays as it came, byte for byte', async () => {
  const body = `{"big":12345678901234567890,"escaped":"\\u00e9\\/%41","cut":"${'x'.repeat(20_000)}`;
  kit.receiver.behave({ status: 500, body });
  const event = await kit.hukz.api.event('echo.nothing');
  const auth = { type: 'bearer', token: canary('bearer') };
  const id = await kit.hukz.api.webhook(kit.receiver.url, [event], { auth });
  kit.nats.publish('echo.nothing', '{}');
  const logs = async () => (await kit.hukz.api.get(`/webhooks/logs?webhook_id=${id}`)).body.nodes;
  await eventually(async () => (await logs()).length > 0, { what: 'a log row' });
  expect((await logs())[0].response_body).toBe(body.slice(0, 16 * 1024));
});
