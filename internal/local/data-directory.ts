import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LocalServerError } from './local-server-error.js';
import { mayEnter, postgresAccount } from './postgres-account.js';

/**
 * Where PostgreSQL's data shall be: as preferred, unless we are root and the user postgres may not enter there; then in
 * a directory of `/var/tmp` that is always the same for the preferred one.
 */
export async function choosePostgresDirectory(preferred: string): Promise<string> {
  const parent = dirname(preferred);
  await mkdir(parent, { recursive: true });
  const account = await postgresAccount();
  if (!account || (await mayEnter(account, parent))) return preferred;
  const name = createHash('sha256').update(preferred).digest('hex').slice(0, 12);
  const outside = `/var/tmp/hukz-${name}`;
  const existing = await stat(outside).catch(() => undefined);
  // Everybody may make directories there: a cluster that another user has put there is not ours to run.
  if (existing && existing.uid !== account.uid)
    throw new LocalServerError(`${outside} belongs to somebody else; remove it`);
  return outside;
}
