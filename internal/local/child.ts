import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Logger } from '../logger.js';
import { LocalServerError } from './local-server-error.js';

export interface ChildOptions {
  /** The server's name in messages: `PostgreSQL` or `nats-server`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Matches the output line that says that the server accepts connections. */
  readonly ready: RegExp;
  /** The signal that requests a clean shutdown. */
  readonly stopSignal: NodeJS.Signals;
  /** The time allowed for becoming ready, and for stopping before the server is killed. */
  readonly patienceMs?: number;
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Default: the environment of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Is called for every line that the server writes, also after it became ready. */
  onLine?(line: string): void;
  readonly logger?: Logger | undefined;
}

export interface Child {
  readonly pid: number;
  /** The output up to the line that matched `ready`. */
  readonly output: readonly string[];
  /** Resolves with the exit code when the process has ended, for any reason; with null after a signal. */
  readonly ended: Promise<number | null>;
  /** Stops reading the output: once the pipe is full, the server blocks when it writes. */
  stopReading(): void;
  /** Sends a signal to the server and does not wait. */
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/**
 * Starts a server that belongs to this process and resolves when it is ready. The server ends with this process, unless
 * this process is killed.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const child = spawn(options.command, [...options.args], {
    // The server has its own process group: Ctrl-C in a terminal must reach only this process, which stops the server
    // last.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options.user,
    ...(options.env && { env: { ...options.env } }),
    ...(options.cwd && { cwd: options.cwd }),
  });
  const patienceMs = options.patienceMs ?? 30_000;
  const onExit = () => child.kill(options.stopSignal);
  process.once('exit', onExit);
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      process.off('exit', onExit);
      resolve(code);
    });
  });
  const output = await untilReady(child, options, patienceMs);
  const endBy = async (name: NodeJS.Signals) => {
    child.kill(name);
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    await ended;
    clearTimeout(timer);
  };
  return {
    pid: child.pid ?? 0,
    output,
    ended,
    stopReading() {
      for (const stream of [child.stdout, child.stderr]) stream?.pause();
    },
    signal: (name) => void child.kill(name),
    stop: () => endBy(options.stopSignal),
    kill: () => endBy('SIGKILL'),
  };
}

function untilReady(child: ChildProcess, options: ChildOptions, patienceMs: number): Promise<readonly string[]> {
  const output: string[] = [];
  return new Promise((resolve, reject) => {
    let isReady = false;
    let late: string | undefined;
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new LocalServerError([`${options.name} ${late ?? why}`, ...output.slice(-20)].join('\n  ')));
    };
    // The failure is reported only after the child has ended: until then the child may hold its port.
    const timer = setTimeout(() => {
      late = `was not ready within ${patienceMs / 1000} s`;
      child.kill('SIGKILL');
    }, patienceMs);
    const onLine = (line: string) => {
      options.logger?.debug('local.output', { from: options.name, line });
      options.onLine?.(line);
      if (isReady) return;
      output.push(line);
      if (!options.ready.test(line)) return;
      isReady = true;
      clearTimeout(timer);
      resolve(output);
    };
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on('line', onLine);
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.once('close', (code, signal) => fail(`ended at its start (${signal ?? `exit code ${code}`})`));
  });
}
