import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type SchemeName, schemeOf } from '../../internal/domain/signature/schemes.js';
import { CommandFailed } from '../command-failed.js';

/**
 * Returns the secret by which `hukz listen` signs, from a file that only its user can read. The first call makes it. It
 * is the same in all sessions, so that the application can be configured once.
 * @throws {CommandFailed} if the file is unusable
 */
export async function listenSecret(path: string, scheme: SchemeName): Promise<string> {
  const fresh = schemeOf(scheme).makeSecret(randomBytes(32));
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // `wx`: of two sessions that begin at the same time, only one makes the secret.
    await writeFile(path, `${fresh}\n`, { flag: 'wx', mode: 0o600 });
    return fresh;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readSecret(path, scheme);
    throw error;
  }
}

async function readSecret(path: string, scheme: SchemeName): Promise<string> {
  const secret = (await readFile(path, 'utf8')).trim();
  await chmod(path, 0o600);
  if (schemeOf(scheme).problemOf(secret) === undefined) return secret;
  throw new CommandFailed(`${path} contains no secret of the scheme ${scheme}: delete the file to get another one`);
}
