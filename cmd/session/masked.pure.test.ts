import { describe, expect, it } from '@jest/globals';
import { tracedFetch } from './traced-fetch.js';

const TOKEN = `hukz_1_a"b'c\\d/e+f`;

/** The line that is said about a request to a port on which no program listens. */
async function traceOf(url: string, init: RequestInit): Promise<string> {
  const said: string[] = [];
  const fetch = tracedFetch({ say: (line) => said.push(line), secrets: [TOKEN] });
  await fetch(`http://127.0.0.1:1${url}`, init).catch(() => undefined);
  return said.join('\n');
}
const bodyOf = async (body: unknown) =>
  /--data '(.*)'$/.exec(await traceOf('/webhooks', { method: 'POST', body: JSON.stringify(body) }))?.[1];

describe('a traced request hides', () => {
  it.each<[string, object, object]>([
    ['the secret of a webhook', { secret: 'whsec_abc' }, { secret: '***' }],
    [
      'credentials of each kind',
      [
        { auth: { type: 'basic', username: 'u', password: 'p' } },
        { auth: { type: 'bearer', token: 't' } },
        { auth: { type: 'api_key', header: 'x-k', value: 'v' } },
        { auth: { type: 'oauth2', client_id: 'c', client_secret: 's', token_url: 'https://a.example/?token=q' } },
      ],
      [
        { auth: { type: 'basic', username: 'u', password: '***' } },
        { auth: { type: 'bearer', token: '***' } },
        { auth: { type: 'api_key', header: 'x-k', value: '***' } },
        { auth: { type: 'oauth2', client_id: 'c', client_secret: '***', token_url: 'https://a.example/?token=***' } },
      ],
    ],
    ['the key of a certificate', { tls: { certificate: 'c', key: 'k' } }, { tls: { certificate: 'c', key: '***' } }],
    [
      'headers that authenticate',
      { headers: { 'X-Api-Key': 'k', authorization: 'Basic x', 'x-app': 'shop' } },
      { headers: { 'X-Api-Key': '***', authorization: '***', 'x-app': 'shop' } },
    ],
    ['the password of a proxy', { proxy: 'http://user:pass@proxy:3128' }, { proxy: 'http://***@proxy:3128' }],
    [
      'secret parts of a URL',
      { url: 'https://hooks.slack.com/services/T0/B0/xyz' },
      { url: 'https://hooks.slack.com/services/***' },
    ],
    [
      'tokens of a query',
      { url: 'https://a.example/?room=1&token=abc' },
      { url: 'https://a.example/?room=1&token=***' },
    ],
    ['the token of the connection, as a value', { description: `by ${TOKEN}` }, { description: 'by ***' }],
    ['the token of the connection, as a name', { tags: { [TOKEN]: 'x' } }, { tags: { '***': 'x' } }],
  ])('%s', async (_name, body, shown) => {
    expect(await bodyOf(body)).toBe(JSON.stringify(shown));
  });

  it('the token in the URL and in every header', async () => {
    const base64 = Buffer.from(TOKEN).toString('base64');
    const headers = { authorization: `Bearer ${TOKEN}`, 'x-user': '1', 'x-note': `a ${TOKEN} ${base64}` };
    const said = await traceOf(`/events?key=${encodeURIComponent(TOKEN)}&limit=5`, { headers });
    expect(said).toBe(
      `curl 'http://127.0.0.1:1/events?key=***&limit=5' -H 'authorization: Bearer ***' -H 'x-note: a *** ***' -H 'x-user: 1'`,
    );
  });
});

it('a traced request without secrets is shown as it is sent', async () => {
  const body = `{"key":"shop/it's","data":9007199254740993}`;
  const said = await traceOf('/messages?key=shop', { method: 'POST', body });
  expect(said).toBe(
    `curl -X POST 'http://127.0.0.1:1/messages?key=shop' --data '{"key":"shop/it'\\''s","data":9007199254740993}'`,
  );
  const lines = '{"a":1}\n{"a":2}\n';
  expect(await traceOf('/messages', { method: 'POST', body: lines })).toContain(`--data '${lines}'`);
});
