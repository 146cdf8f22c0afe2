import { describe, expect, it } from '@jest/globals';
import { coversInboxes, parseInboxPrefix, parseInboxPrefixes } from './inbox.js';

describe('an inbox prefix', () => {
  it.each(['_INBOX', '_INBOX_hukz', 'replies.hukz'])('can be %s', (text) => {
    expect(parseInboxPrefix(text)).toEqual({ ok: true, value: text });
  });

  it.each(['', 'a.', '.a', 'a..b', 'a.*', '>', 'a b', 'a\r\nPUB x', 'é', '$SYS', 'x'.repeat(129)])(
    'cannot be %j',
    (text) => {
      expect(parseInboxPrefix(text).ok).toBe(false);
    },
  );
});

it('several prefixes are joined by commas', () => {
  expect(parseInboxPrefixes('replies.a, _REPLY')).toEqual({ ok: true, value: ['replies.a', '_REPLY'] });
  expect(parseInboxPrefixes('')).toEqual({ ok: true, value: [] });
  expect(parseInboxPrefixes('a,b.*')).toMatchObject({ ok: false, problem: expect.stringMatching(/^"b\.\*" must be/) });
});

describe('an event', () => {
  it.each(['replies.>', 'replies.hukz.>', 'replies.hukz.*', '*.*.*', '*.>', '>', 'replies.*.*.*'])(
    'of %s would be registered for replies',
    (subject) => expect(coversInboxes(subject, 'replies.hukz')).toBe(true),
  );

  it.each(['replies', 'replies.hukz', 'replies.hukz.done', '*.*.done', 'other.>', 'replies.*'])(
    'of %s would not',
    (subject) => expect(coversInboxes(subject, 'replies.hukz')).toBe(false),
  );
});
