import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CommandFailed } from '../command-failed.js';

/** The addresses of a running `hukz up`, for other commands. */
export interface UpState {
  readonly pid: number;
  readonly api: string;
  readonly metrics: string;
  readonly mode: 'development' | 'production';
  /** Whether callers say who they are by a token, rather than by `X-User`. */
  readonly acceptsTokens?: boolean;
  /** URLs without credentials: these remain in the environment. */
  readonly nats: readonly string[];
  /**
   * The database settings under their names in the environment. They include the password only if `up` started the
   * server.
   */
  readonly database?: Readonly<Record<string, string>>;
}

export function upDirectory(cwd: string): string {
  return join(cwd, '.hukz');
}

function stateFile(cwd: string): string {
  return join(upDirectory(cwd), 'up.json');
}

export async function writeUpState(cwd: string, state: UpState): Promise<void> {
  await mkdir(dirname(stateFile(cwd)), { recursive: true });
  await writeFile(stateFile(cwd), `${JSON.stringify(state, undefined, 2)}\n`);
}

export async function removeUpState(cwd: string): Promise<void> {
  await rm(stateFile(cwd), { force: true });
}

/** Returns the state of the `up` that runs in this directory, if there is one: a killed `up` leaves its file behind. */
export async function findUpState(cwd: string): Promise<UpState | undefined> {
  const text = await readFile(stateFile(cwd), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const state = parseState(text, stateFile(cwd));
  return isAlive(state.pid) ? state : undefined;
}

function parseState(text: string, path: string): UpState {
  try {
    const state: Partial<UpState> = Object(JSON.parse(text));
    const { pid, api, nats } = state;
    if (Number.isInteger(pid) && typeof api === 'string' && Array.isArray(nats)) return state as UpState;
  } catch {
    // The sentence below says it.
  }
  throw new CommandFailed(`${path} does not describe a running "hukz up".`, {
    advice: 'Delete the file, and start "hukz up" again.',
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
