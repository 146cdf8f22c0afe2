import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { ScenarioFailure } from '../failure.js';
import type { Site } from '../site.js';
import { PROGRAM } from './instance.js';

/** Runs `hukz …` in a separate process, and returns what it printed. @throws {ScenarioFailure} if it fails */
export async function runCommand({ directory, environment }: Site, ...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: directory,
    env: { PATH: process.env.PATH, ...environment() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const [[code], printed, said] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new ScenarioFailure(`hukz ${args.join(' ')} ended with ${code}: ${said}`);
  return printed;
}
