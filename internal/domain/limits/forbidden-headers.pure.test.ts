import { describe, expect, it } from '@jest/globals';
import { forbiddenHeaders, parseHeaderPatterns } from './forbidden-headers.js';

describe('the list of forbidden headers', () => {
  it('has names and beginnings of names, in any case', () => {
    expect(parseHeaderPatterns(' X-User, x-forwarded-* ,,')).toEqual({ ok: true, value: ['x-user', 'x-forwarded-*'] });
    expect(parseHeaderPatterns('')).toEqual({ ok: true, value: [] });
    expect(parseHeaderPatterns('*')).toEqual({ ok: true, value: ['*'] });
  });

  it.each(['x user', 'x-*-id', 'x:y', '**', 'ü'])('refuses %j', (text) => {
    const problem = `"${text}" is not the name of a header, or a beginning such as x-forwarded-*`;
    expect(parseHeaderPatterns(text)).toEqual({ ok: false, problem });
  });
});

describe('a header of a webhook is forbidden', () => {
  const patterns = ['x-user', 'x-forwarded-*'];

  it.each([
    [{ headers: { 'X-User': '1' } }, [{ field: 'headers', name: 'X-User' }]],
    [{ headers: { 'X-Forwarded-For': '1', 'x-team': 'a' } }, [{ field: 'headers', name: 'X-Forwarded-For' }]],
    [{ passHeaders: ['x-forwarded-', 'x-request-id'] }, [{ field: 'pass_headers', name: 'x-forwarded-' }]],
    [{ auth: { type: 'api_key', header: 'X-USER' } as const }, [{ field: 'auth', name: 'X-USER' }]],
  ])('where it is in %j', (settings, expected) => {
    expect(forbiddenHeaders(settings, patterns)).toEqual(expected);
    expect(forbiddenHeaders(settings, [])).toEqual([]);
    expect(forbiddenHeaders(settings, ['*'])).not.toEqual([]);
  });

  it.each([
    { headers: { 'X-User-Id': '1', 'forwarded-x': '1' } },
    { auth: { type: 'bearer' } as const },
    { signature: { scheme: 'standard', prefix: 'x-forwarded' } as const },
    {},
  ])('but not in %j', (settings) => expect(forbiddenHeaders(settings, patterns)).toEqual([]));
});
