import { describe, expect, it } from '@jest/globals';
import { isSecretHeader } from './hidden-headers.js';
import { hiddenSecrets, hideSecrets, revealSecrets } from './hidden-parts.js';
import { isHidden, secretsInUrl, shownUrl } from './hidden-url.js';

describe('of a url that is a secret', () => {
  it.each([
    ['https://hooks.slack.com/services/T000/B000/xyz', 'https://hooks.slack.com/services/***'],
    ['HTTPS://Hooks.Slack.com:443/workflows/T0/A0/1/xyz?a=b#c', 'HTTPS://Hooks.Slack.com:443/workflows/***?a=b#c'],
    ['https://discord.com/api/webhooks/123/xyz', 'https://discord.com/api/webhooks/123/***'],
    [
      'https://canary.discordapp.com/api/v10/webhooks/123/xyz/slack',
      'https://canary.discordapp.com/api/v10/webhooks/123/***',
    ],
    [
      'https://acme.webhook.office.com/webhookb2/1@2/IncomingWebhook/3/xyz',
      'https://acme.webhook.office.com/webhookb2/***',
    ],
    [
      'https://prod-1.westus.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers&sv=1.0&sig=xyz',
      'https://prod-1.westus.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers&sv=1.0&sig=***',
    ],
    [
      'https://chat.googleapis.com/v1/spaces/AAA/messages?key=xyz&token=zyx%3D&threadKey=t',
      'https://chat.googleapis.com/v1/spaces/AAA/messages?key=***&token=***&threadKey=t',
    ],
    ['https://hooks.zapier.com/hooks/catch/1/xyz/', 'https://hooks.zapier.com/hooks/catch/***'],
    ['https://maker.ifttt.com/trigger/x/with/key/xyz', 'https://maker.ifttt.com/trigger/x/with/key/***'],
    ['http://127.0.0.1/hook?access_token=xyz&page=2', 'http://127.0.0.1/hook?access_token=***&page=2'],
    ['https://a.example/hook?X-Amz-Signature=xyz', 'https://a.example/hook?X-Amz-Signature=***'],
    ['https://a.example/hook?t%6Fken=xyz&a=%zz', 'https://a.example/hook?t%6Fken=***&a=%zz'],
    ['https://hooks.slack.com./services/T0/B0/xyz', 'https://hooks.slack.com./services/***'],
    ['https://discord.com/api/./webhooks/123/xyz', 'https://discord.com/api/webhooks/123/***'],
    ['https://api.telegram.org/bot1:xyz/sendMessage?chat_id=1', 'https://api.telegram.org/bot***?chat_id=1'],
    ['https://webexapis.com/v1/webhooks/incoming/xyz', 'https://webexapis.com/v1/webhooks/incoming/***'],
    ['https://open.larksuite.com/open-apis/bot/v2/hook/xyz', 'https://open.larksuite.com/open-apis/bot/v2/hook/***'],
    ['https://hook.eu1.make.com/xyz', 'https://hook.eu1.make.com/***'],
    ['https://chat.a.example/mm/hooks/xyz45678901234567890123456', 'https://chat.a.example/mm/hooks/***'],
  ])('%s the rest is shown', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
    expect(shownUrl(shown)).toBe(shown);
    expect([isHidden(url), isHidden(shown)]).toEqual([false, true]);
    expect(secretsInUrl(url).join()).toContain('xyz');
    const stored = hideSecrets({ url, settings: {} });
    expect(JSON.stringify(stored)).not.toContain('xyz');
    const secrets = hiddenSecrets({ url, settings: {} }).flatMap(({ purpose, value }) =>
      value === null ? [] : [{ purpose, value, expiresAt: undefined }],
    );
    expect(revealSecrets(stored, secrets)).toEqual({ url, settings: {} });
  });

  it.each([
    'https://a.example/hook?page=2&sort=name',
    'https://slack.com/services/T/B/x',
    'https://hooks.slack.com.evil.example/services/T/B/x',
    'https://hooks.slack.com/services/',
    'https://a.example/token/secret',
    'https://a.example/?token=&key',
    'https://a.example/#token=x',
    'https://a.example/hooks/orders',
    'https://a.example/./orders?page=2',
    'not a url',
    '',
  ])('%j nothing is hidden', (url) => expect([shownUrl(url), secretsInUrl(url)]).toEqual([url, []]));
});

it('headers whose names say that they are secrets are recognized', () => {
  const secret = [
    'X-Api-Key',
    'x-key',
    'X-Auth',
    'x-auth-token',
    'X-Gitlab-Token',
    'Ocp-Apim-Subscription-Key',
    'x-functions-key',
  ];
  const open = ['X-Team', 'x-author', 'x-routing-key', 'idempotency-key', 'accept', 'x-monkey'];
  expect([...secret, ...open].filter(isSecretHeader)).toEqual(secret);
});
