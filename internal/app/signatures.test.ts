import { createHmac, createPublicKey, randomBytes, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { useAppKit } from '../testkit/kits/use-app-kit.js';
import type { ReceivedRequest } from '../testkit/servers/receiver.js';

const kit = useAppKit({ HUKZ_ENCRYPTION_KEYS: `2026:${randomBytes(32).toString('base64')}` });

/** A webhook with an event of its own. */
async function makeSigned(subject: string, more: object = {}) {
  const event_ids = [await kit.hukz.api.event(subject)];
  const { status, body } = await kit.hukz.api.post('/webhooks', { url: kit.receiver.url, event_ids, ...more });
  expect([status, body.errors]).toEqual([201, undefined]);
  return body as { id: number; secret: string; secrets: { public_key: string }[] };
}

const rotate = async (id: number, body: object) => {
  const answer = await kit.hukz.api.post(`/webhooks/${id}/secret/rotate`, body);
  expect(answer.status).toBe(200);
  return answer.body.secret as string;
};

async function delivered(subject: string): Promise<ReceivedRequest> {
  const before = kit.receiver.requests.length;
  kit.nats.publish(subject, '{"id":12345678901234567890,"é":"ü"}');
  const requests = await kit.receiver.waitFor(before + 1);
  return requests[before]!;
}

/** The verdict of the specification's library. */
function verifies(secret: string, { body, headers }: ReceivedRequest): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

const signatures = ({ headers }: ReceivedRequest) => String(headers['webhook-signature']).split(' ');

describe('a delivered request', () => {
  it('is verified by the library of Standard Webhooks, and not when a byte is another one', async () => {
    const { secret } = await makeSigned('signed.standard');
    const request = await delivered('signed.standard');
    expect(verifies(secret, request)).toBe(true);
    expect(verifies(secret, { ...request, body: Buffer.concat([request.body, Buffer.from(' ')]) })).toBe(false);
  });

  it('is signed again on each attempt', async () => {
    const { secret } = await makeSigned('signed.again', { retry: { schedule: ['1100ms'], jitter: 0 } });
    kit.receiver.behave((_request, index) => ({ status: index === 0 ? 500 : 200 }));
    kit.nats.publish('signed.again', '{}');
    const requests = await kit.receiver.waitFor(2);
    expect(requests.map((request) => verifies(secret, request))).toEqual([true, true]);
    expect(new Set(requests.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(2);
    expect(new Set(requests.flatMap(signatures)).size).toBe(2);
  });

  it('is verified by the public key of v1a', async () => {
    const { secrets } = await makeSigned('signed.ed25519', { signature: { scheme: 'standard-ed25519' } });
    const { headers, body } = await delivered('signed.ed25519');
    const x = Buffer.from(secrets[0]!.public_key.slice('whpk_'.length), 'base64').toString('base64url');
    const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } });
    const signed = Buffer.concat([Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`), body]);
    const [version, signature = ''] = String(headers['webhook-signature']).split(',');
    expect([version, verify(null, signed, key, Buffer.from(signature, 'base64'))]).toEqual(['v1a', true]);
  });

  it('is signed in the styles of GitHub and WebhooksEmitter', async () => {
    const secret = 'a secret of many years';
    await makeSigned('signed.github', { signature: { scheme: 'github' }, secret });
    const github = await delivered('signed.github');
    const hex = createHmac('sha256', secret).update(github.body).digest('hex');
    expect(github.headers['x-hub-signature-256']).toBe(`sha256=${hex}`);
    await makeSigned('signed.emitter', { signature: { scheme: 'webhooks-emitter', prefix: 'Acme' }, secret });
    expect((await delivered('signed.emitter')).headers).toMatchObject({
      'x-acme-event': 'signed.emitter',
      'x-acme-delivery': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-acme-signature': expect.stringMatching(/^sha256:[0-9a-v]{52}$/),
    });
  });

  it('is signed with both secrets while one replaces the other, and with the new one alone after it', async () => {
    const { id, secret } = await makeSigned('signed.rotated');
    const second = await rotate(id, { overlap: '1500ms' });
    const during = await delivered('signed.rotated');
    expect(signatures(during)).toHaveLength(2);
    expect([secret, second].map((each) => verifies(each, during))).toEqual([true, true]);
    let after = during;
    for (const until = Date.now() + 10_000; signatures(after).length > 1 && Date.now() < until; ) {
      after = await delivered('signed.rotated');
    }
    expect([secret, second].map((each) => verifies(each, after))).toEqual([false, true]);
    const third = await rotate(id, { overlap: '0s' });
    const last = await delivered('signed.rotated');
    expect([second, third].map((each) => verifies(each, last))).toEqual([false, true]);
  });

  it('is not signed without a secret', async () => {
    await makeSigned('signed.not', { signature: { scheme: 'none' } });
    expect((await delivered('signed.not')).headers).not.toHaveProperty('webhook-signature');
  });
});
