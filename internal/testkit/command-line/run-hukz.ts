import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { runProgram } from '../../../cmd/program/run-program.js';

export interface HukzRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HukzOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Standard input; nothing by default. */
  readonly stdin?: string;
  /** The width of a terminal. Without it, the streams are pipes. */
  readonly terminal?: number;
}

/** Runs a command line in this process, with streams of its own and without the environment of the test. */
export function runHukz(args: readonly string[], options: HukzOptions = {}): Promise<HukzRun> {
  return runCommand(runProgram, args, options);
}

/** The same for any program of `cmd`. */
export async function runCommand(
  run: typeof runProgram,
  args: readonly string[],
  options: HukzOptions = {},
): Promise<HukzRun> {
  const home = await mkdtemp(join(tmpdir(), 'hukz-home-'));
  const { terminal, cwd = home } = options;
  const tty = terminal === undefined ? {} : { isTTY: true, columns: terminal };
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const streams = {
    stdin: Object.assign(Readable.from([options.stdin ?? '']), tty),
    stdout: Object.assign(stdout, tty),
    stderr: Object.assign(stderr, tty),
  };
  try {
    const env = { PATH: process.env.PATH, HOME: home, ...options.env };
    const code = await run({ env, cwd, version: '0.0.0', streams }, args);
    return { code, stdout: textIn(stdout), stderr: textIn(stderr) };
  } finally {
    await rm(home, { recursive: true });
  }
}

/**
 * The text that some commands print, one after the other. Ids, times and addresses differ from run to run, so
 * each has the same text in every transcript.
 * @param lines commands without `hukz`, whose arguments are separated by spaces
 */
export async function transcriptOf(lines: readonly string[], options: HukzOptions = {}): Promise<string> {
  const parts: string[] = [];
  for (const line of lines) {
    const { code, stdout, stderr } = await runHukz(line.split(' '), options);
    parts.push(`$ hukz ${line}\n${stdout}${stderr}${code === 0 ? '' : `(exit code ${code})\n`}`);
  }
  return steady(parts.join('\n'));
}

function steady(text: string): string {
  return text
    .replaceAll(
      /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g,
      '00000000-0000-0000-0000-000000000000',
    )
    .replaceAll(/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g, '2026-01-31T12:00:00.000Z')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:8000')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '0'.repeat(32))
    .replaceAll(/whsec_[A-Za-z0-9+/=]+/g, 'whsec_…')
    .replaceAll(/\b\d+ ms\b/g, '7 ms');
}

const textIn = (stream: PassThrough) => String(stream.read() ?? '');
