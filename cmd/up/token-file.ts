import { constants } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTokenText } from '../../internal/identity/token-text.js';
import { upDirectory } from './up-state.js';

/** The file of the token of `hukz up`, which only its owner can read. */
export function tokenFile(cwd: string): string {
  return join(upDirectory(cwd), 'token');
}

/**
 * The token of the `hukz up` of a directory, if there is one. A link is not followed, and a text of another form is
 * none, because commands send it to the address that another file of the directory names.
 */
export async function findUpToken(cwd: string): Promise<string | undefined> {
  const file = await open(tokenFile(cwd), constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined);
  try {
    const text = (await file?.readFile('utf8'))?.trim() ?? '';
    return readTokenText(text) && text;
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}

/** Replaces the file as a whole, so that its mode is never that of a file from before. */
export async function writeUpToken(cwd: string, text: string): Promise<void> {
  const path = tokenFile(cwd);
  const fresh = `${path}.${process.pid}`;
  await rm(fresh, { force: true });
  await writeFile(fresh, `${text}\n`, { mode: 0o600, flag: 'wx' });
  await rename(fresh, path);
}
