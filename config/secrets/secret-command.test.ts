import { describe, expect, it } from '@jest/globals';
import { readSecretCommand, wordsOf } from './secret-command.js';

const env = { PATH: process.env.PATH };
const run = (text: string, maxMs?: number) => readSecretCommand(text, { env, ...(maxMs && { maxMs }) });

describe('the words of a command', () => {
  it.each<[string, readonly string[]]>([
    ['kms decrypt --key 17', ['kms', 'decrypt', '--key', '17']],
    ['  kms\t decrypt\n', ['kms', 'decrypt']],
    [`sh -c 'kms "a b" | tail -1'`, ['sh', '-c', 'kms "a b" | tail -1']],
    [`kms --name="a b"'c d' "" ''`, ['kms', '--name=a bc d', '', '']],
    ['kms $HOME `id` \\n ~ * ; & | > a', ['kms', '$HOME', '`id`', '\\n', '~', '*', ';', '&', '|', '>', 'a']],
  ])('%j', (text, words) => {
    expect(wordsOf(text)).toEqual({ ok: true, value: words });
  });

  it.each(['kms "a', "kms 'a", 'kms a"', ' ', `${"'a'".repeat(30_000)}'`])('are none: %j', (text) => {
    expect(wordsOf(text)).toMatchObject({ ok: false });
  });
});

describe('a secret from a command', () => {
  it.each<[string, string]>([
    ['printf a', 'a'],
    [`printf 'a b\\n'`, 'a b'],
    [`printf 'a\\n\\n'`, 'a\n'],
    [`printf 'a\\r\\n'`, 'a'],
    [`sh -c 'echo é; echo geheim >&2'`, 'é'],
  ])('is what it prints, without one line end: %j', (text, secret) => {
    expect(run(text)).toEqual({ ok: true, value: secret });
  });

  it.each<[string, string]>([
    [`sh -c 'echo geheim; exit 3'`, 'the command ends with the exit code 3'],
    [`sh -c 'echo geheim; kill -9 $$'`, 'the command ends with SIGKILL'],
    ['geheim --geheim', 'the command cannot be started (ENOENT): give its path, because no shell looks for aliases'],
    ['/dev/null geheim', 'the command cannot be started (EACCES)'],
    ['true geheim', 'the command prints nothing'],
    [`sh -c 'yes geheim'`, 'the command prints more than 64 KiB, which no secret is'],
    [`'geheim`, 'the command has a quote without its end'],
  ])('is refused without showing the command or its output: %j', (text, problem) => {
    expect(run(text)).toEqual({ ok: false, problem });
  });

  it.each([`sh -c 'trap "" TERM; sleep 300'`, `sh -c 'sleep 300 & wait'`, `sh -c 'sleep 300 & exec sleep 300'`])(
    'is not waited for without end: %j',
    (text) => {
      expect(run(text, 300)).toEqual({ ok: false, problem: 'the command does not end within 0.3 s' });
    },
    60_000,
  );
});
