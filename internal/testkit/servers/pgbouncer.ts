import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../local/child.js';
import { findFreePort } from '../../local/free-port.js';
import { postgresAccount } from '../../local/postgres-account.js';
import type { TestServerAddress } from './test-server.js';

export interface PgBouncer {
  readonly port: number;
  stop(): Promise<void>;
}

const PLACES = ['/usr/sbin/pgbouncer', 'pgbouncer'];

/** The path of the program. If it is undefined because none is installed, skip the tests that need it by name. */
export function findPgBouncer(): string | undefined {
  return PLACES.find((program) => {
    try {
      return execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }) !== '';
    } catch {
      return false;
    }
  });
}

/** Starts a PgBouncer for one test in front of every database of a server, on 127.0.0.1. */
export async function startPgBouncer(
  program: string,
  server: TestServerAddress,
  settings: Readonly<Record<string, string>>,
): Promise<PgBouncer> {
  const directory = await mkdtemp(join(tmpdir(), 'hukz-test-pgbouncer-'));
  await chmod(directory, 0o755);
  const [file, users] = [join(directory, 'pgbouncer.ini'), join(directory, 'users.txt')];
  const port = await findFreePort();
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'plain',
    auth_file: users,
    default_pool_size: '40',
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  await writeFile(users, `"${server.user}" "${server.password}"\n`);
  await writeFile(
    file,
    ['[databases]', `* = host=${server.host} port=${server.port}`, '[pgbouncer]', ...lines, ''].join('\n'),
  );
  const child = await startChild({
    name: 'PgBouncer',
    command: program,
    args: [file],
    ready: /process up/,
    stopSignal: 'SIGINT',
    // PgBouncer refuses to run as root.
    user: await postgresAccount(),
  });
  return {
    port,
    async stop() {
      await child.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
