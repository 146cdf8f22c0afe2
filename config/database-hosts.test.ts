import { describe, expect, it } from '@jest/globals';
import { parseDatabaseHosts } from './database-hosts.js';

describe('DATABASE_HOST', () => {
  it.each([
    ['db', [{ host: 'db' }]],
    ['a,b:5433, c', [{ host: 'a' }, { host: 'b', port: 5433 }, { host: 'c' }]],
    ['10.0.0.1:5432', [{ host: '10.0.0.1', port: 5432 }]],
    ['::1', [{ host: '::1' }]],
    ['fe80::1%eth0', [{ host: 'fe80::1%eth0' }]],
    ['[::1]', [{ host: '::1' }]],
    ['[2001:db8::1]:6432,db', [{ host: '2001:db8::1', port: 6432 }, { host: 'db' }]],
    ['/var/run/postgresql', [{ host: '/var/run/postgresql' }]],
    ['my_db.internal', [{ host: 'my_db.internal' }]],
  ])('%s is read', (text, hosts) => {
    expect(parseDatabaseHosts(text)).toEqual({ ok: true, value: hosts });
  });

  it.each(['a,', ',a', 'a b', 'a:', 'a:0', 'a:65536', 'a:b', 'postgres://db', 'user@db', '[::1', 'a:1:2x'])(
    '%s is refused',
    (text) => {
      expect(parseDatabaseHosts(text)).toMatchObject({ ok: false });
    },
  );
});
