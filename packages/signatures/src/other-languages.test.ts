import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

const FOLDER = 'packages/signatures/vectors';
const LIMIT_MS = 300_000;
const VERDICTS = [
  'github: 8 accepted, 3 refused',
  'standard-ed25519: 8 accepted, 8 refused',
  'standard: 8 accepted, 8 refused',
  'webhooks-emitter: 9 accepted, 3 refused',
];

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  return { status, lines: (stdout ?? '').trim().split('\n').sort() };
}

const has = (command: string, args: readonly string[]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** The test of a language that this machine lacks is skipped by name. */
const itWith = (command: string, args: readonly string[]) => (has(command, args) ? it : it.skip);

describe('the vectors mean the same in another language', () => {
  itWith('python3', ['-c', 'import base64; base64.b32hexencode'])('Python', () => {
    const { status, lines } = run('python3', [`${FOLDER}/check.py`]);
    const isShort = lines.some((line) => line.startsWith('standard-ed25519: skipped'));
    const wanted = isShort ? VERDICTS.filter((line) => !line.startsWith('standard-ed25519')) : VERDICTS;
    expect(status).toBe(0);
    expect(lines).toEqual(expect.arrayContaining(wanted));
  });

  itWith('go', ['version'])(
    'Go',
    () => {
      // Only the standard library is used, so nothing is downloaded.
      const env = { GOTOOLCHAIN: 'local', GOPROXY: 'off', GOFLAGS: '-mod=mod' };
      expect(run('go', ['run', `${FOLDER}/check.go`, FOLDER], env)).toEqual({ status: 0, lines: [...VERDICTS].sort() });
    },
    LIMIT_MS,
  );
});
