import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Site } from '../site.js';
import { PROGRAM } from './instance.js';

export interface Migrator {
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
  kill(): Promise<void>;
}

/** Runs `hukz migrate up` in a separate process. */
export function startMigrator({ directory, endings, environment }: Site): Migrator {
  const child = spawn(process.execPath, [PROGRAM, 'migrate', 'up'], {
    cwd: directory,
    env: { PATH: process.env.PATH, ...environment() },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const ended = Promise.all([exited, text(child.stderr)]).then(([[code], said]) => ({ code, said }));
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  endings.add(kill);
  return { ended, kill };
}
