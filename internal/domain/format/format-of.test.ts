import { describe, expect, it } from '@jest/globals';
import { formatOf } from './format-of.js';
import { formats } from './formats.js';

describe('the format of a webhook', () => {
  it.each([
    ['https://hooks.slack.com/services/T/B/x', 'slack'],
    ['https://HOOKS.slack.com:443/services/T/B/x', 'slack'],
    ['https://chat.googleapis.com/v1/spaces/A/messages?key=k', 'google-chat'],
    ['https://example.com/hook', 'hukz'],
    ['https://hooks.slack.com.example.com/', 'hukz'],
    ['https://example.com/hooks.slack.com', 'hukz'],
    ['https://discord.com/api/webhooks/1/x', 'hukz'],
    ['https://x.webhook.office.com/webhookb2/x', 'hukz'],
    ['not a URL', 'hukz'],
  ] as const)('follows from its host: %s', (url, expected) => {
    expect(formatOf(undefined, url)).toBe(formats[expected]);
  });

  it('is the one that it names, whatever its host', () => {
    expect(formatOf('hukz', 'https://hooks.slack.com/services/x')).toBe(formats.hukz);
    expect(formatOf('discord', 'https://example.com/')).toBe(formats.discord);
  });

  it('is the envelope when it names one that a newer version knew', () => {
    expect(formatOf('of-tomorrow' as never, 'https://hooks.slack.com/')).toBe(formats.hukz);
  });
});
