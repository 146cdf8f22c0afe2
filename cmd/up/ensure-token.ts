import { mkdir } from 'node:fs/promises';
import { readTokenText } from '../../internal/identity/token-text.js';
import type { Db } from '../../internal/store/postgres/knex.js';
import { knowsToken } from '../../internal/store/tokens/knows-token.js';
import { storeFirstToken } from '../database/first-token.js';
import { findUpToken, writeUpToken } from './token-file.js';
import { upDirectory } from './up-state.js';

/**
 * Makes sure that the file of a directory has a token of an admin that the database knows. Returns its text if the
 * token is new, to be shown once. A token that another database has, or that was revoked or rotated, is replaced.
 */
export async function ensureUpToken(db: Db, cwd: string): Promise<string | undefined> {
  const found = readTokenText((await findUpToken(cwd)) ?? '');
  if (found && (await knowsToken(db, found))) return undefined;
  const { text } = await storeFirstToken(db, { name: 'hukz up', role: 'admin', spaces: null, userId: 1 });
  await mkdir(upDirectory(cwd), { recursive: true });
  await writeUpToken(cwd, text);
  return text;
}
