import { describe, expect, it } from '@jest/globals';
import { subjectPattern } from '../subject-pattern.js';
import { firstToken, isWildcard, parseQueueGroup, parseSubject, parseSubjects } from './subject.js';

const strict = { allowAll: false };

describe('a subject that may be registered', () => {
  it.each(['a', 'tag.created', 'post.*', 'order.>', '*.created', '*.a.b', 'a.*.>', 'a-b.c_d.9', 'x'.repeat(255)])(
    'is %s',
    (text) => {
      expect(parseSubject(text, strict)).toEqual({ ok: true, value: text });
      expect(text).toMatch(new RegExp(subjectPattern(strict)));
    },
  );

  it('has at most 16 tokens', () => {
    const tokens = (count: number) => Array.from({ length: count }, () => 't').join('.');
    expect(parseSubject(tokens(16), strict).ok).toBe(true);
    expect(parseSubject(tokens(17), strict)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('16 tokens'),
    });
  });
});

describe('a subject that NATS would refuse, or that would eavesdrop', () => {
  const refusedOnes = [
    '',
    '.',
    '..',
    'a..b',
    '.a',
    'a.',
    'a b',
    'a\tb',
    'a\r\nPUB x',
    'é.x',
    'a.é',
    '%',
    'a%20b',
    'a>',
    'a.>.b',
    '>.a',
    'a*',
    'a.b*',
    '**',
    '$SYS.x',
    '$JS.API.>',
    'a.$b',
    '_INBOX.>',
    '_INBOX',
    '_INBOX.abc',
    'x'.repeat(256),
    'x'.repeat(40_000),
    'a\0b',
    'a,b',
    'a/b',
  ];
  it.each(refusedOnes.map((text) => [text.length > 50 ? `${text.length} characters` : JSON.stringify(text), text]))(
    'is refused: %s',
    (_name, text) => {
      expect(parseSubject(text, strict)).toMatchObject({ ok: false, problem: expect.any(String) });
    },
  );

  it.each(['>', '*', '*.>', '*.*', '*.*.*', '*.*.x', '*.x.*', '*.x.>'])(
    'is nearly every subject at once, unless that is allowed: %s',
    (text) => {
      expect(parseSubject(text, strict)).toMatchObject({
        ok: false,
        problem: expect.stringMatching('ALLOW_ALL_SUBJECTS'),
      });
      expect(parseSubject(text, { allowAll: true }).ok).toBe(true);
    },
  );
});

describe('an operator’s list of subjects', () => {
  const rules = { allowAll: false, allowed: ['app.>', 'orders.*', 'tag.created'] };

  it.each(['app.>', 'app.a', 'app.*.b', 'orders.*', 'orders.made', 'tag.created'])('allows %s', (text) => {
    expect(parseSubject(text, rules).ok).toBe(true);
  });

  it.each(['app', 'orders.>', 'orders.a.b', 'tag.*', '*.created', 'secret.things'])('does not allow %s', (text) => {
    const problem = expect.stringMatching(/EVENT_SUBJECTS\): app\.>, orders\.\*, tag\.created/);
    expect(parseSubject(text, rules)).toMatchObject({ ok: false, problem });
  });

  it('holds also where every subject may be registered', () => {
    expect(parseSubject('*.>', { ...rules, allowAll: true }).ok).toBe(false);
  });

  it('is read from subjects that are joined by commas', () => {
    expect(parseSubjects('app.>, orders.*,')).toEqual({ ok: true, value: ['app.>', 'orders.*'] });
    expect(parseSubjects('')).toEqual({ ok: true, value: [] });
    for (const text of ['a..b', 'app.>,$JS.>', 'app.>.x', '_INBOX.>'])
      expect(parseSubjects(text)).toMatchObject({ ok: false, problem: expect.stringMatching(/"/) });
  });
});

it.each(['replies.hukz.x', 'replies.hukz', 'answers.>', 'replies.>', 'replies.hukz.*'])(
  'a subject of replies is refused where the operator names their prefix: %s',
  (text) => {
    const inboxes = ['replies.hukz', 'answers'];
    expect(parseSubject(text, { allowAll: false, inboxes }).ok).toBe(false);
    expect(parseSubject('replies.other', { allowAll: false, inboxes }).ok).toBe(true);
  },
);

it('tells wildcards and first tokens', () => {
  expect(['a.*', 'a.>', '*', '>'].every(isWildcard)).toBe(true);
  expect(isWildcard('a.b')).toBe(false);
  expect([firstToken('tag.created'), firstToken('tag')]).toEqual(['tag', 'tag']);
});

it('judges a queue group by the same rules, without wildcards', () => {
  expect(parseQueueGroup('hukz')).toEqual({ ok: true, value: 'hukz' });
  for (const text of ['', 'a b', 'a.*', '>', 'a\r\n']) expect(parseQueueGroup(text).ok).toBe(false);
  expect(parseQueueGroup('a b')).toMatchObject({ problem: expect.stringContaining('queue group') });
});
