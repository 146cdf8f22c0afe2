import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Hukz, type HukzOptions } from 'hukz-client';
import { readOptions } from './options.js';

const SECRET = 's3cret-of-a-gateway';
const url = 'http://127.0.0.1:8000';
const NAMES = ['HUKZ_URL', 'HUKZ_TOKEN', 'HUKZ_USER', 'HUKZ_SPACE'];

afterEach(() => {
  for (const name of NAMES) delete process.env[name];
});

describe('the options of a client', () => {
  it('come from the environment where the program does not give them', () => {
    Object.assign(process.env, { HUKZ_URL: `${url}/hukz/`, HUKZ_TOKEN: SECRET, HUKZ_USER: '7', HUKZ_SPACE: '3' });
    expect(readOptions({})).toMatchObject({
      url: `${url}/hukz`,
      headers: { Authorization: `Bearer ${SECRET}`, 'X-User': '7' },
      space: 3,
    });
    expect(readOptions({ url: new URL('https://a.example/b'), user: 8, space: 0 })).toMatchObject({
      url: 'https://a.example/b',
      headers: { 'X-User': '8' },
      space: 0,
    });
  });

  it('do not come from the environment where the program says that there is none', () => {
    Object.assign(process.env, { HUKZ_TOKEN: SECRET, HUKZ_USER: '7', HUKZ_SPACE: '3' });
    expect(readOptions({ url, token: null, user: null, space: null })).toMatchObject({ headers: {}, space: undefined });
  });

  it.each<[HukzOptions, string]>([
    [{}, 'url is missing: give the URL of the API, or set HUKZ_URL'],
    [{ url: `hukz:${SECRET}` }, 'url must be a URL such as https://hukz.example.com'],
    [{ url: SECRET }, 'url must be a URL such as https://hukz.example.com'],
    [{ url: `http://me:${SECRET}@a.example` }, 'url may not contain a user or a password: use token'],
    [{ url: `http://a.example/?key=${SECRET}` }, 'url may not contain a query or a fragment'],
    [{ url, token: `${SECRET}\n` }, 'token must be a string of visible ASCII characters without spaces'],
    [{ url, token: '' }, 'token must be'],
    [{ url, user: 0 }, 'user must be the id of a user, which is a positive integer'],
    [{ url, user: '99999999999999999' }, 'user must be'],
    [{ url, space: -1 }, 'space must be the number of a space, an integer from 0 to 9007199254740991'],
    [{ url, space: 1.5 }, 'space must be'],
    [{ url, space: 'key:' }, 'space must be'],
    [{ url, space: 'eu' }, 'or a key such as "key:eu"'],
    [{ url, space: '9007199254740992' }, 'space must be'],
    [{ url, timeoutMs: 0 }, 'timeoutMs must be a number of milliseconds above 0'],
    [{ url, timeoutMs: Number.POSITIVE_INFINITY }, 'timeoutMs must be'],
    [{ url, retry: { maxAttempts: -1 } }, 'retry.maxAttempts must be'],
  ])('are refused, without repeating a secret: %j', (options, sentence) => {
    const make = () => new Hukz(options);
    expect(make).toThrow(sentence);
    expect(make).toThrow(TypeError);
    expect(make).not.toThrow(SECRET);
  });

  it('are not printed with the client', () => {
    const hukz = new Hukz({ url, token: SECRET }).in(3).as(2);
    expect(inspect(hukz, { depth: 20, showHidden: true }) + JSON.stringify(hukz)).not.toContain(SECRET);
  });
});
