import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { makeFormatOf } from '../domain/format/format-of.js';
import type { SealedSecret } from '../domain/secrets/secret.js';
import { schemes } from '../domain/signature/schemes.js';
import { makeVault, type Vault } from '../store/secrets/vault.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { makeTestWebhook } from '../testkit/kits/test-webhook.js';
import { makePlans } from './plans.js';

const key = { id: 'k', key: randomBytes(32) };
const sealed = (value: string, expiresAt?: number, vault: Vault = makeVault([key])): SealedSecret => ({
  purpose: 'signing',
  expiresAt,
  ...vault.seal({ webhookId: 1, purpose: 'signing' }, value),
});
const [fresh, old] = [1, 2].map((n) => schemes.standard.makeSecret(Buffer.alloc(32, n))) as [string, string];
const toSign = { id: 'id', timestamp: 1, subject: 's', body: Buffer.from('x') };
const signedBy = (...secrets: string[]) => schemes.standard.makeSign(secrets, '')(toSign);

function makeTestPlans(vault = makeVault([key])) {
  const hands = { now: 1000 };
  const logger = makeTestLogger();
  const clock = { now: () => hands.now, monotonic: () => 0 };
  const sourceFor = () => {
    throw new Error('no token is wanted');
  };
  const tokens = { sourceFor, size: 0, stop: () => undefined };
  return {
    hands,
    logger,
    plans: makePlans({
      vault,
      tokens,
      clock,
      logger,
      formatOf: makeFormatOf([]),
      allowed: { webhookProxies: false, webhookListeners: false, insecureTls: false, forbiddenHeaders: ['x-user'] },
    }),
  };
}

describe('the plan of a webhook', () => {
  it('is kept until a secret expires, which from then on signs nothing', () => {
    const { hands, plans } = makeTestPlans();
    const webhook = makeTestWebhook(1, { secrets: [sealed(fresh), sealed(old, 5000)] });
    const both = plans(webhook).plan;
    expect(both?.sign?.(toSign)).toEqual(signedBy(fresh, old));
    hands.now = 4999;
    expect(plans(webhook).plan).toBe(both);
    hands.now = 5000;
    const alone = plans(webhook).plan;
    expect(alone?.sign?.(toSign)).toEqual(signedBy(fresh));
    hands.now = 1e12;
    expect(plans(webhook).plan).toBe(alone);
  });

  it('does not sign for a webhook from before there were secrets', () => {
    expect(makeTestPlans().plans(makeTestWebhook(1)).plan).toMatchObject({ sign: undefined });
  });

  it('is not to be had with a proxy of its own where there shall be none', () => {
    const { plans, logger } = makeTestPlans();
    const webhook = makeTestWebhook(1, { settings: { proxy: { host: 'proxy.test', port: 3128 } } });
    const problem = 'its own proxy is not allowed here; WEBHOOK_PROXIES can allow it';
    for (let n = 0; n < 3; n++) expect(plans(webhook)).toMatchObject({ plan: undefined, problem });
    expect(logger.lines.map(({ name }) => name)).toEqual(['proxy.not_allowed']);
  });

  it('is not to be had with TLS that checks nothing where ALLOW_INSECURE_TLS is off', () => {
    const { plans, logger } = makeTestPlans();
    const webhook = makeTestWebhook(1, { settings: { tls: { insecure: true } } });
    const problem = 'its tls.insecure is not allowed here; ALLOW_INSECURE_TLS can allow it';
    for (let n = 0; n < 3; n++) expect(plans(webhook)).toMatchObject({ plan: undefined, problem });
    expect(logger.lines).toEqual([
      { level: 'error', name: 'tls.insecure_not_allowed', fields: { webhook_id: 1, error: problem } },
    ]);
  });

  it('is not to be had with a header that FORBIDDEN_WEBHOOK_HEADERS names', () => {
    const { plans, logger } = makeTestPlans();
    const problem = 'its header X-User is not allowed here; FORBIDDEN_WEBHOOK_HEADERS forbids it';
    const webhook = makeTestWebhook(1, { settings: { headers: { 'X-Team': 'a', 'X-User': '1' } } });
    for (let n = 0; n < 3; n++) expect(plans(webhook)).toMatchObject({ plan: undefined, problem });
    expect(logger.lines).toEqual([
      { level: 'error', name: 'headers.not_allowed', fields: { webhook_id: 1, error: problem } },
    ]);
    expect(plans(makeTestWebhook(2, { settings: { headers: { 'X-Team': 'a' } } })).plan).toBeDefined();
  });

  it('cannot be prepared without the key of a secret: logged once per webhook, without the secret', () => {
    const { plans, logger } = makeTestPlans(makeVault([]));
    const webhook = makeTestWebhook(1, { secrets: [sealed(fresh)] });
    const problem = 'the signing secret of webhook 1 needs the key "k" of ENCRYPTION_KEYS, which is missing';
    for (let n = 0; n < 3; n++) expect(plans(webhook)).toMatchObject({ plan: undefined, problem });
    expect(logger.lines).toEqual([
      { level: 'error', name: 'secret.not_opened', fields: { webhook_id: 1, error: problem } },
    ]);
  });
});
