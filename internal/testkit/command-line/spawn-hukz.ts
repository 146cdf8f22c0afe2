import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface SpawnedRun {
  /** Null after a signal. */
  readonly code: number | null;
  /** The output of both streams, in the order of arrival. */
  readonly said: string;
}

export interface SpawnOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Gets a function that ends the command as a power cut would. */
  readonly started?: (kill: () => void) => void;
}

const root = new URL('../../../', import.meta.url);
const pathOf = (file: string) => fileURLToPath(new URL(file, root));

/** Runs a command of hukz from its sources until it ends. Its environment has only `env` and a `PATH`. */
export function spawnHukz(args: readonly string[], { env, cwd, started }: SpawnOptions): Promise<SpawnedRun> {
  const program = ['--import', pathOf('internal/testkit/register-typescript.mjs'), pathOf('cmd/hukz.ts')];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...program, ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started?.(() => child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += String(chunk);
    });
  return new Promise((ended, failed) => {
    child.once('error', failed);
    child.once('close', (code) => ended({ code, said }));
  });
}
