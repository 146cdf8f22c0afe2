import { spawnSync } from 'node:child_process';
import { type Parsed, parsed, refused } from '../../internal/domain/text/parsed.js';
import type { Environment } from '../read-environment.js';

/** Far above any password, token or list of keys. */
const MAX_BYTES = 64 << 10;
const MAX_MS = 30_000;

const QUOTED = /'([^']*)'|"([^"]*)"/g;
/** A word may have parts in quotes. Nothing else is special, because no shell reads it. */
const WORD = /(?:[^\s'"]|'[^']*'|"[^"]*")+/y;

/** The words of a command: spaces part them, unless quotes are around. */
export function wordsOf(text: string): Parsed<readonly string[]> {
  const words: string[] = [];
  const command = text.trim();
  for (let at = 0; at < command.length; ) {
    WORD.lastIndex = at;
    const [word] = WORD.exec(command) ?? [];
    if (word === undefined) return refused('the command has a quote without its end');
    words.push(word.replace(QUOTED, (_, single?: string, double?: string) => single ?? double ?? ''));
    at += word.length;
    while (/\s/.test(command[at] ?? '')) at++;
  }
  return words.length > 0 ? parsed(words) : refused('there is no command');
}

export interface CommandLimits {
  readonly env: Environment;
  readonly maxMs?: number;
}

/**
 * Runs a command, such as the program of a key management service, and returns its output without one line end. No
 * shell runs it, unless it names one. Problems show neither the command nor its output, which may be secrets.
 */
export function readSecretCommand(text: string, { env, maxMs = MAX_MS }: CommandLimits): Parsed<string> {
  const words = wordsOf(text);
  if (!words.ok) return words;
  const [program = '', ...args] = words.value;
  const { error, status, signal, stdout } = spawnSync(program, args, {
    env: { ...env },
    // Its errors are not written into the log of the service.
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    timeout: maxMs,
    // A program may ignore SIGTERM.
    killSignal: 'SIGKILL',
    maxBuffer: MAX_BYTES,
  });
  if (error) return refused(sentenceOf(error, maxMs));
  if (status !== 0) return refused(`the command ends with ${status === null ? signal : `the exit code ${status}`}`);
  const secret = stdout.replace(/\r?\n$/, '');
  return secret === '' ? refused('the command prints nothing') : parsed(secret);
}

function sentenceOf({ code }: NodeJS.ErrnoException, maxMs: number): string {
  if (code === 'ETIMEDOUT') return `the command does not end within ${maxMs / 1000} s`;
  if (code === 'ENOBUFS') return 'the command prints more than 64 KiB, which no secret is';
  const advice = code === 'ENOENT' ? ': give its path, because no shell looks for aliases' : '';
  return `the command cannot be started (${code ?? 'unknown'})${advice}`;
}
