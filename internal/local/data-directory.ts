import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LocalServerError } from './local-server-error.js';
import { mayEnter, postgresAccount } from './postgres-account.js';

/**
 * Returns the directory for PostgreSQL's data: the preferred one, unless this process runs as root and the user
 * postgres may not enter it. In that case it is a directory in `/var/tmp` that is always the same for a preferred one.
 */
export async function choosePostgresDirectory(preferred: string): Promise<string> {
  const parent = dirname(preferred);
  await mkdir(parent, { recursive: true });
  const account = await postgresAccount();
  if (!account || (await mayEnter(account, parent))) return preferred;
  const name = createHash('sha256').update(preferred).digest('hex').slice(0, 12);
  const outside = `/var/tmp/hukz-${name}`;
  const existing = await stat(outside).catch(() => undefined);
  // Any user may create directories there: a cluster that another user created must not be run.
  if (existing && existing.uid !== account.uid)
    throw new LocalServerError(`${outside} belongs to another user; remove it`);
  return outside;
}
