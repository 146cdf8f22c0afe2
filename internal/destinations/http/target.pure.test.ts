import { describe, expect, it } from '@jest/globals';
import { makeTargetParser, parseTarget } from './target.js';

describe('a target', () => {
  it('is the origin, and the path with its query', () => {
    expect(parseTarget('https://example.com:8443/a/b?c=d#e')).toEqual({
      ok: true,
      value: { origin: 'https://example.com:8443', path: '/a/b?c=d' },
    });
  });

  it('carries no user and no password', () => {
    expect(JSON.stringify(parseTarget('http://user:secret@example.com/'))).not.toMatch(/user|secret/);
  });

  it.each(['', '/path', 'ftp://example.com/', 'javascript:alert(1)', 'http://'])('is refused in words: %j', (url) => {
    expect(parseTarget(url)).toEqual({ ok: false, problem: expect.stringMatching(/^the URL is/) });
  });

  it('is parsed once while it is remembered', () => {
    const parse = makeTargetParser(2);
    const first = parse('http://a/');
    expect(parse('http://a/')).toBe(first);
    parse('http://b/');
    parse('http://c/');
    expect(parse('http://a/')).not.toBe(first);
    expect(parse('http://a/')).toEqual(first);
  });
});
