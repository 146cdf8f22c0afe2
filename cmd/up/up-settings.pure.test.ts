import { expect, it } from '@jest/globals';
import { environmentSettings } from './up-settings.js';

it.each<[Record<string, string>, Record<string, string>]>([
  [
    { DATABASE_HOST: 'db', NATS_URL: 'nats://a', PORT: '1' },
    { HUKZ_DATABASE_HOST: 'db', HUKZ_NATS_URL: 'nats://a' },
  ],
  [{ HUKZ_PORT: '1', HUKZ_HOST: '' }, { HUKZ_PORT: '1' }],
  [{ AUTH: 'x-user' }, { HUKZ_AUTH: 'x-user' }],
  [{ AUTH: 'x-user, token' }, { HUKZ_AUTH: 'x-user, token' }],
  [{ AUTH: 'x-user', HUKZ_AUTH: 'token' }, { HUKZ_AUTH: 'token' }],
  [{ AUTH: 'a password of another program' }, {}],
  [{ AUTH: '' }, {}],
])('%j are the settings %j', (env, settings) => {
  expect(environmentSettings(env)).toEqual(settings);
});
