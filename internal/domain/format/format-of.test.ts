import { describe, expect, it } from '@jest/globals';
import { makeFormatOf } from './format-of.js';
import { formats } from './formats.js';

const formatOf = makeFormatOf([]);

describe('the format of a webhook', () => {
  it.each([
    ['https://hooks.slack.com/services/T/B/x', 'hukz-slack'],
    ['https://HOOKS.slack.com:443/services/T/B/x', 'hukz-slack'],
    ['https://chat.googleapis.com/v1/spaces/A/messages?key=k', 'hukz-google-chat'],
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

  it('is that of Dega where its switch is on, and only at that host', () => {
    const slackOn = makeFormatOf(['DEGA_TO_SLACK']);
    expect(slackOn(undefined, 'https://hooks.slack.com/x')).toBe(formats['dega-slack']);
    expect(slackOn(undefined, 'https://chat.googleapis.com/x')).toBe(formats['hukz-google-chat']);
    const bothOn = makeFormatOf(['DEGA_TO_GOOGLE_CHAT', 'DEGA_TO_SLACK']);
    expect(bothOn(undefined, 'https://chat.googleapis.com/x')).toBe(formats['dega-google-chat']);
    expect(bothOn('slack', 'https://hooks.slack.com/x')).toBe(formats.slack);
    expect(bothOn(undefined, 'https://example.com/x')).toBe(formats.hukz);
  });

  it('is the envelope when it names one that a newer version knew', () => {
    expect(formatOf('of-tomorrow' as never, 'https://hooks.slack.com/')).toBe(formats.hukz);
  });
});
