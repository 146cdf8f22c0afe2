import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeTokenText } from '../../internal/identity/token-text.js';
import { tokenFile, writeUpToken } from './token-file.js';
import { findUpLogin } from './up-login.js';
import { welcome } from './up-welcome.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'hukz-login-'));
  await mkdir(join(cwd, '.hukz'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const STATE = { pid: 1, api: 'http://127.0.0.1:1', metrics: '', mode: 'development', nats: [] } as const;
const loginOf = (acceptsTokens: boolean) => findUpLogin(cwd, { ...STATE, acceptsTokens });

describe('the login at a "hukz up"', () => {
  it('is its token, and user 1 only if it accepts no tokens', async () => {
    const token = makeTokenText(3);
    await writeUpToken(cwd, token);
    expect(await loginOf(true)).toEqual({ token });
    expect(await loginOf(false)).toEqual({ user: '1' });
    expect(await findUpLogin(cwd, STATE)).toEqual({ user: '1' });
  });

  it('is in a file that only its owner reads, also if there was another one', async () => {
    await writeFile(tokenFile(cwd), 'old', { mode: 0o666 });
    await writeFile(`${tokenFile(cwd)}.${process.pid}`, 'left by a crash', { mode: 0o666 });
    await writeUpToken(cwd, makeTokenText(3));
    expect((await stat(tokenFile(cwd))).mode & 0o777).toBe(0o600);
  });

  it.each(['', 'a secret of another program', 'hukz_1_short', 'hukz_1_'.padEnd(50, 'a')])(
    'is no other text of the file: %j',
    async (text) => {
      await writeFile(tokenFile(cwd), text);
      expect(await loginOf(true)).toEqual({});
    },
  );

  it('is not what a link leads to, nor a directory', async () => {
    await writeFile(join(cwd, 'elsewhere'), makeTokenText(3));
    await symlink(join(cwd, 'elsewhere'), tokenFile(cwd));
    expect(await loginOf(true)).toEqual({});
    await rm(tokenFile(cwd));
    await mkdir(tokenFile(cwd));
    expect(await loginOf(true)).toEqual({});
  });
});

describe('the welcome of "hukz up"', () => {
  const places = { api: 'http://a', metrics: 'http://m', nats: 'n', database: 'd', receiverPort: 9000 };

  it('shows a new token, and where it is later', () => {
    expect(welcome({ ...places, login: { token: 'hukz_1_text' } })).toMatch(/hukz_1_text\n.*\.hukz\/token/);
    const later = welcome({ ...places, login: { token: undefined } });
    expect(later).toContain('the token in .hukz/token');
    expect(later).toContain('LOGIN="Authorization: Bearer $(cat .hukz/token)"');
  });

  it('shows the user where no token is accepted', () => {
    expect(welcome({ ...places, login: 'user' })).toContain("LOGIN='X-User: 1'");
  });
});
