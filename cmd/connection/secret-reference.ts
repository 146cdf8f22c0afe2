import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { promisify } from 'node:util';
import { messageOf } from '../../internal/errors.js';
import { CommandFailed } from '../command-failed.js';
import type { Invocation } from '../invocation.js';

const REFERENCE = /^(env|file|cmd):\/\/(.+)$/s;
const COMMAND_WITHIN_MS = 60_000;

export const isReference = (text: string) => REFERENCE.test(text);

/**
 * The secret that a reference leads to: `env://NAME`, `file:///path` or `file://~/path`, or `cmd://command`, which a
 * shell runs. Any other text is the secret itself. A line break at its end is not a part of it.
 * @throws {CommandFailed} that names the reference, never the secret
 */
export async function resolveSecret(text: string, here: Invocation): Promise<string> {
  const [, kind, source = ''] = REFERENCE.exec(text) ?? [];
  const secret = await read(kind, source, { text, here }).catch((error: unknown) => {
    throw new CommandFailed(`The secret ${text} cannot be read: ${reasonOf(error)}`);
  });
  if (secret.trim() === '') throw new CommandFailed(`The secret ${text} is empty.`);
  return secret.replace(/\r?\n$/, '');
}

async function read(kind: string | undefined, source: string, { text, here }: { text: string; here: Invocation }) {
  switch (kind) {
    case 'env':
      return here.env[source] ?? '';
    case 'file':
      return readFile(source.replace(/^~(?=\/)/, here.env.HOME ?? homedir()), 'utf8');
    case 'cmd': {
      const options = { env: here.env, cwd: here.cwd, timeout: COMMAND_WITHIN_MS };
      const { stdout } = await promisify(execFile)('/bin/sh', ['-c', source], options);
      return stdout;
    }
    default:
      return text;
  }
}

/** The output of a command may be a part of the secret, so the reason has only its exit code. */
function reasonOf(error: unknown): string {
  const { code }: { readonly code?: unknown } = Object(error);
  return typeof code === 'number' ? `the command ends with the exit code ${code}` : messageOf(error);
}
