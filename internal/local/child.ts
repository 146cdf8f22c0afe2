import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Logger } from '../logger.js';
import { LocalServerError } from './local-server-error.js';

export interface ChildOptions {
  /** What it is, for messages: `PostgreSQL`, `nats-server`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The line of its output that says that it accepts connections. */
  readonly ready: RegExp;
  /** The signal that asks it to end in good order. */
  readonly stopSignal: NodeJS.Signals;
  /** How long it may take to be ready, and to stop before it is killed. */
  readonly patienceMs?: number;
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Default: this process's own. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Told of every line that it writes, also after it was ready. */
  onLine?(line: string): void;
  readonly logger?: Logger | undefined;
}

export interface Child {
  readonly pid: number;
  /** Its output up to the line that said ready. */
  readonly output: readonly string[];
  /** Settles when the process has ended, for whatever reason, with its exit code; null after a signal. */
  readonly ended: Promise<number | null>;
  /** Reads its output no more: once the pipe is full, whatever it writes has to wait. */
  stopReading(): void;
  /** Sends it a signal and waits for nothing. */
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Runs a server of our own and answers when it is ready. It ends with this process, unless this one is killed. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const child = spawn(options.command, [...options.args], {
    // A process group of its own: Ctrl-C in a terminal must reach us only, so that we stop it last.
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
    // Failure is told once the child has ended: until then it may hold its port.
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
