import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { nkeys } from 'nats';
import { AccountFiles } from './account-files.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hukz-account-files-'));
});
afterAll(() => rm(directory, { recursive: true }));

const at = (name: string) => join(directory, name);
function creds(account: string): string {
  const user = nkeys.createUser();
  const claims = Buffer.from(JSON.stringify({ iss: account, sub: user.getPublicKey() })).toString('base64url');
  const seed = new TextDecoder().decode(user.getSeed());
  return `-----BEGIN NATS USER JWT-----\nx.${claims}.y\n------END\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END\n`;
}
const shown = async (files: AccountFiles) =>
  Object.fromEntries(
    (await files.read()).map((file) => [file.name, 'creds' in file ? file.creds.account : file.problem]),
  );

it('reads creds files, and says of every other one with their ending what it is', async () => {
  await writeFile(at('b.creds'), creds('B'));
  await writeFile(at('a.creds'), creds('A'));
  await writeFile(at('readme.txt'), 'x');
  await writeFile(at('.a.creds'), creds('HIDDEN'));
  await writeFile(at('empty.creds'), '');
  await mkdir(at('folder.creds'));
  await symlink(at('nowhere'), at('link.creds'));
  await writeFile(at('huge.creds'), 'x');
  await truncate(at('huge.creds'), 2 ** 33);
  // To read the pipe would take for ever.
  execFileSync('mkfifo', [at('pipe.creds')]);
  const found = await shown(new AccountFiles(directory));
  expect(Object.keys(found)).toEqual(['a', 'b', 'empty', 'folder', 'huge', 'link', 'pipe']);
  expect(found).toMatchObject({ a: 'A', b: 'B', empty: expect.stringMatching(/no user JWT/) });
  expect(found.link).toMatch(/ENOENT/);
  for (const name of ['folder', 'huge', 'pipe']) expect(found[name]).toMatch(/no file of at most 64 KiB/);
});

it('reads a file again when it was replaced, also by the turn of a link, as a mounted secret is', async () => {
  const files = new AccountFiles(directory);
  await mkdir(at('one'));
  await mkdir(at('two'));
  await writeFile(at('one/c.creds'), creds('ONE'));
  await writeFile(at('two/c.creds'), creds('TWO'));
  await symlink(at('one'), at('data'));
  await symlink(at('data/c.creds'), at('c.creds'));
  const [first, again] = [await files.read(), await files.read()];
  expect(again).toEqual(first);
  expect((await shown(files)).c).toBe('ONE');
  await symlink(at('two'), at('data_tmp'));
  await rename(at('data_tmp'), at('data'));
  expect((await shown(files)).c).toBe('TWO');
});

it('a directory that is away is no empty directory', async () => {
  await expect(new AccountFiles(at('away')).read()).rejects.toThrow(/ENOENT/);
});
