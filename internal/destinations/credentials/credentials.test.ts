import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../clock.js';
import { writeCredentialSecret } from '../../domain/credentials/credential-secret.js';
import { writeTlsKey } from '../../domain/credentials/tls-key.js';
import { makeFormatOf } from '../../domain/format/format-of.js';
import type { WebhookSettings } from '../../domain/matching/webhook-settings.js';
import type { OpenSecret, SecretPurpose } from '../../domain/secrets/secret.js';
import { makeTestOpener } from '../../testkit/kits/test-opener.js';
import { makeTestRequest } from '../../testkit/kits/test-request.js';
import { makeTestWebhook } from '../../testkit/kits/test-webhook.js';
import { type Certificates, makeCertificates } from '../../testkit/servers/certificates.js';
import { makeSendPlan } from '../http/send-plan.js';
import { makeSender } from '../http/sender.js';
import { makeSendWithToken } from './tokens/send-with-token.js';
import { makeTokens } from './tokens/tokens.js';

const endings: (() => unknown)[] = [];
let pems: Certificates;

beforeAll(() => {
  pems = makeCertificates();
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Seen {
  readonly url: string;
  readonly authorization: string | undefined;
  /** The common name of the client's certificate. */
  readonly client: string | undefined;
  readonly socket: unknown;
}

/** Returns a token at `/token`, and records each caller with its request. */
async function startTls(requestCert = false) {
  const seen: Seen[] = [];
  const options = { ...pems.server, ca: pems.ca, requestCert, rejectUnauthorized: requestCert };
  const server = https.createServer(options, ({ url = '', headers, socket }, response) => {
    const client = requestCert ? (socket as TLSSocket).getPeerCertificate().subject.CN : undefined;
    seen.push({ url, authorization: headers.authorization, client: client?.toString(), socket });
    response.end(JSON.stringify({ access_token: 'token-1' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, seen };
}

function startSending() {
  const opener = makeTestOpener();
  const parts = { version: '1', clock: systemClock, opener, timeoutMs: 5000 };
  const sender = makeSender(parts);
  const tokens = makeTokens(parts);
  const sendWithToken = makeSendWithToken({ ...parts, sender });
  endings.push(sender.stop, tokens.stop);
  return (url: string, settings: WebhookSettings, secrets: Partial<Record<SecretPurpose, string>>) => {
    const opened = Object.entries(secrets).map(
      ([purpose, value]): OpenSecret => ({ purpose: purpose as SecretPurpose, value, expiresAt: undefined }),
    );
    const plan = makeSendPlan(makeTestWebhook(1, { url, settings }), opened, { tokens, formatOf: makeFormatOf([]) });
    const request = makeTestRequest(url, { plan });
    return plan.tokens ? sendWithToken(plan.tokens(), request) : sender.send(request);
  };
}

describe('a webhook with a client certificate', () => {
  it('is let in by it, where without it is not', async () => {
    const { url, seen } = await startTls(true);
    const send = startSending();
    const tls = { ca: pems.ca, certificate: pems.client.cert };
    expect(await send(url, { tls }, { tls: writeTlsKey(pems.client.key) })).toMatchObject({ status: 200 });
    expect(seen.map(({ client }) => client)).toEqual(['hukz']);
    expect(await send(url, { tls: { ca: pems.ca } }, {})).toMatchObject({ kind: 'unreachable' });
    expect(seen).toHaveLength(1);
  });

  it('shares its connections with requests of its own profile only', async () => {
    const { url, seen } = await startTls();
    const send = startSending();
    const secrets = { tls: writeTlsKey(pems.client.key) };
    const tls = { ca: pems.ca, certificate: pems.client.cert };
    for (const each of [tls, { ca: pems.ca }, { insecure: true } as const, tls, { ca: pems.ca }])
      expect(await send(url, { tls: each }, secrets)).toMatchObject({ status: 200 });
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(3);
  });
});

describe('a receiver whose certificate is not trusted', () => {
  it('is sent to only when the webhook says insecure', async () => {
    const { url, seen } = await startTls();
    const send = startSending();
    expect(await send(url, {}, {})).toMatchObject({ kind: 'unreachable', reason: 'tls' });
    expect(seen).toHaveLength(0);
    expect(await send(url, { tls: { insecure: true } }, {})).toMatchObject({ status: 200 });
  });
});

describe('a token endpoint over TLS', () => {
  const oauth2 = (tokenUrl: string) => ({ type: 'oauth2', clientId: 'me', tokenUrl }) as const;
  const secrets = { auth: writeCredentialSecret('oauth2', 'secret') };

  it("is trusted by the webhook's own authority too", async () => {
    const { url, seen } = await startTls();
    const settings = { auth: oauth2(`${url}/token`), tls: { ca: pems.ca } };
    expect(await startSending()(`${url}/hook`, settings, secrets)).toMatchObject({ status: 200 });
    expect(seen.map((each) => [each.url, each.authorization])).toEqual([
      ['/token', `Basic ${btoa('me:secret')}`],
      ['/hook', 'Bearer token-1'],
    ]);
  });

  it('is checked though the receiver is not', async () => {
    const { url, seen } = await startTls();
    const settings = { auth: oauth2(`${url}/token`), tls: { insecure: true } } as const;
    expect(await startSending()(`${url}/hook`, settings, secrets)).toMatchObject({
      reason: 'authorisation',
      error: expect.stringContaining('certificate'),
    });
    expect(seen).toHaveLength(0);
  });
});

describe('a login', () => {
  it.each([
    [{ type: 'basic', username: 'me' }, 'pässword', `Basic ${Buffer.from('me:pässword').toString('base64')}`],
    [{ type: 'bearer' }, 'token', 'Bearer token'],
    [{ type: 'api_key', header: 'Authorization' }, 'Key abc', 'Key abc'],
  ] as const)('of the kind %j is in each request', async (auth, secret, expected) => {
    const { url, seen } = await startTls();
    const stored = { auth: writeCredentialSecret(auth.type, secret) };
    await startSending()(url, { auth, tls: { ca: pems.ca } }, stored);
    expect(seen.map(({ authorization }) => authorization)).toEqual([expected]);
  });

  it('whose secret is not there is not left out', () => {
    const plan = () => startSending()('https://a.example/', { auth: { type: 'bearer' } }, {});
    expect(plan).toThrow('the secret of its auth is missing');
  });
});
