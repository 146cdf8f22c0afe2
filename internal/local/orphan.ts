import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const FILE = 'hukz.pid';

/** Records which process uses a store directory, for `endOrphan` in a later run. */
export async function rememberPid(directory: string, pid: number): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, FILE), `${pid}\n`);
}

/** Ends the server that a killed run left behind on this directory: two servers must never share one. */
export async function endOrphan(directory: string): Promise<void> {
  const file = join(directory, FILE);
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  for (let tries = 0; pid > 0 && (await commandOf(pid)).includes(directory) && tries < 100; tries += 1) {
    process.kill(pid, tries < 50 ? 'SIGTERM' : 'SIGKILL');
    await sleep(100);
  }
  await rm(file, { force: true });
}

/**
 * Returns the command line of a process, or an empty text if it does not exist. An unrelated process may have received
 * the pid in the meantime.
 */
async function commandOf(pid: number): Promise<string> {
  return run('ps', ['-p', String(pid), '-o', 'args=']).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
