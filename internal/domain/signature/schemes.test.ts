import { describe, expect, it } from '@jest/globals';
import type { ToSign } from '../../../packages/signatures/src/scheme.js';
import { type SchemeName, schemeOf, schemes } from './schemes.js';

const names = Object.keys(schemes) as SchemeName[];
const request = (body: string): ToSign => ({
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1614265330,
  subject: 'tag.created',
  body: Buffer.from(body),
});
const SEED = `whsk_${Buffer.alloc(32, 7).toString('base64')}`;
const PUBLIC = '6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=';

/** Returns the headers of a signed request by name. */
function signed(name: SchemeName, secrets: readonly string[], body: string): Record<string, string> {
  const flat = schemeOf(name).makeSign(secrets, schemeOf(name).defaultPrefix ?? '')(request(body));
  return Object.fromEntries(flat.flatMap((one, i) => (i % 2 === 0 ? [[one, flat[i + 1]!]] : [])));
}

describe('a signature', () => {
  it('of Standard Webhooks is that of the specification', () => {
    expect(signed('standard', ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], '{"test": 2432232314}')).toEqual({
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('by ed25519 is the known one, whichever way the key is written', () => {
    const whole = `whsk_${Buffer.concat([Buffer.alloc(32, 7), Buffer.from(PUBLIC, 'base64')]).toString('base64')}`;
    for (const secret of [SEED, whole]) {
      expect(schemes['standard-ed25519'].problemOf(secret)).toBeUndefined();
      expect(schemes['standard-ed25519'].publicKeyOf?.(secret)).toBe(`whpk_${PUBLIC}`);
      expect(signed('standard-ed25519', [secret], '{"test": 2432232314}')).toEqual({
        'webhook-signature':
          'v1a,2iFnCkcL0nCB7d0lgaT5vmGnQgJl4zcl9qd7UbPYvulcwR3MRYzjXT2JCSEV4dFH3XNALA4OW0zY5fFdGv9GBA==',
      });
    }
  });

  it('of WebhooksEmitter is base32hex beside event and delivery', () => {
    expect(signed('webhooks-emitter', ['supersecret'], '{"foo":"bar"}')).toEqual({
      'X-Webhooks-Event': 'tag.created',
      'X-Webhooks-Delivery': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'X-Webhooks-Signature': 'sha256:tqhlnl1obrmfhhg67bc4bt7b1uvkal6e3aid74cqtfgf7e43e3rg',
    });
  });

  it("of WebhooksEmitter names the delivery by the publisher's own id where the message has one", () => {
    const sign = schemeOf('webhooks-emitter').makeSign(['supersecret'], 'Acme');
    const headers = sign({ ...request('{}'), requestId: 'order-4711' });
    expect(headers.slice(0, 4)).toEqual(['X-Acme-Event', 'tag.created', 'X-Acme-Delivery', 'order-4711']);
  });

  it('in the style of GitHub is that of its documentation', () => {
    expect(signed('github', ["It's a Secret to Everybody"], 'Hello, World!')).toEqual({
      'X-Hub-Signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    });
  });

  it.each(names)('is made with every living secret, the newest first: %s', (name) => {
    const { makeSecret } = schemeOf(name);
    const [fresh, old, older] = [1, 2, 3].map((n) => makeSecret(Buffer.alloc(32, n))) as [string, string, string];
    const alone = (secret: string) => Object.values(signed(name, [secret], 'x')).at(-1);
    const all = Object.values(signed(name, [fresh, old, older], 'x'));
    // Standard Webhooks puts all signatures into one header. The other schemes put those of old secrets into a second
    // one.
    const [headers, separator] = name.startsWith('standard') ? [-1, ' '] : [-2, ','];
    const signatures = all.slice(headers).flatMap((text) => text.split(separator));
    expect(signatures).toEqual([fresh, old, older].map(alone));
  });
});

describe('a secret', () => {
  it.each(names)('that is made fits its scheme: %s', (name) => {
    const { makeSecret, problemOf } = schemeOf(name);
    expect(problemOf(makeSecret(Buffer.alloc(32, 200)))).toBeUndefined();
  });

  it.each<[SchemeName, string]>([
    ['standard', ''],
    ['standard', 'whsec_'],
    ['standard', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['standard', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['standard', `whsec_${Buffer.alloc(32, 255).toString('base64url')}`],
    ['standard', `whsec_${Buffer.alloc(32).toString('base64').slice(0, -1)}`],
    ['standard', `whsec_ ${Buffer.alloc(32).toString('base64')}`],
    ['standard', Buffer.alloc(32).toString('base64')],
    ['standard', SEED],
    ['standard-ed25519', `whsk_${Buffer.alloc(31).toString('base64')}`],
    ['standard-ed25519', `whsk_${Buffer.alloc(64, 7).toString('base64')}`],
    ['standard-ed25519', `whpk_${PUBLIC}`],
    ['webhooks-emitter', 'short'],
    ['webhooks-emitter', 'x'.repeat(257)],
    ['github', 'pass\nword'],
    ['github', 'passwörter'],
  ])('that does not fit is refused without being shown: %s %j', (name, secret) => {
    const problem = schemeOf(name).problemOf(secret);
    expect(problem).toMatch(/^must be /);
    if (secret.length > 6) expect(problem).not.toContain(secret);
  });
});
