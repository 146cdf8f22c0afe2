import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { testEnvironment } from '../internal/testkit/kits/instance-environment.js';
import type { Mode } from './mode.js';
import { PROGRAM } from './world/instance.js';

const NOWHERE = { host: '127.0.0.1', port: 1, user: 'x', password: 'x', name: 'x', sslMode: 'disable' } as const;

/** Whether the configuration accepts this intake: if it does, `migrate` fails at the database, otherwise at the key. */
export async function knowsMode(mode: Mode): Promise<boolean> {
  const env = testEnvironment(
    { database: { settings: NOWHERE }, natsUrl: 'nats://127.0.0.1:1' },
    { HUKZ_INTAKE: mode },
  );
  const child = spawn(process.execPath, [PROGRAM, 'migrate', 'status'], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  const said = await text(child.stderr);
  clearTimeout(timer);
  return !said.includes('INTAKE');
}
