import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTerminal } from '../../internal/testkit/command-line/terminal.js';
import { SCRIPTS, SHELLS } from './scripts.js';

const has = (program: string) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
const missing = ['script', ...SHELLS].filter((program) => !has(program));
if (missing.length > 0) console.warn(`NOT INSTALLED: ${missing}. COMPLETION IS NOT TESTED IN SHELLS THAT NEED IT`);
const itWith = (...programs: readonly string[]) => (programs.some((each) => missing.includes(each)) ? it.skip : it);

/** Words that a service could have, as `hukz __complete` prints them. */
const LIVE = 'key:shop/orders\tOrders\n17\tPaid: in full\nkey:$(touch bad)\tA key\n';
/** `hukz` completes with the present sources. It offers live words without a service, and says how it was called. */
const PROGRAM = `#!/bin/sh
case "$*" in
"__complete -- event show "*) printf '%s' "$LIVE" ;;
__complete*) exec '${process.execPath}' --disable-warning=ExperimentalWarning --import '${resolve('internal/testkit/register-typescript.mjs')}' '${resolve('cmd/hukz.ts')}' "$@" ;;
*) printf 'called with'; printf ' <%s>' "$@"; echo ;;
esac
`;

let folder: string;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hukz-shells-'));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin', 'hukz'), PROGRAM, { mode: 0o755 });
  for (const shell of SHELLS) await writeFile(join(folder, shell), SCRIPTS[shell]);
  await mkdir(join(folder, 'fpath'));
  await writeFile(join(folder, 'fpath', '_hukz'), SCRIPTS.zsh);
  env = { LIVE, HOME: folder, PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}` };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The ways by which the help and shells load a script, from the folder of the test. */
const WAYS: readonly (readonly [shell: 'bash' | 'zsh', name: string, command: string, load: string])[] = [
  ['bash', 'bash', 'bash --norc --noprofile -i', 'source ./bash'],
  ['zsh', 'zsh, sourced', 'zsh -f -i', 'autoload -Uz compinit; compinit -D; source ./zsh'],
  ['zsh', 'zsh, as a file of fpath', 'zsh -f -i', 'fpath=($PWD/fpath $fpath); autoload -Uz compinit; compinit -D'],
];
const TYPED: readonly (readonly [typed: string, called: string])[] = [
  ['hukz event show key:shop/o\t\n', '<event> <show> <key:shop/orders>'],
  ['hukz event show 1\t\n', '<event> <show> <17>'],
  ['hukz eve\tli\t--all\n', '<event> <list> <--all>'],
  ['hukz event list --man\tme --output js\tl\n', '<event> <list> <--managed-by> <me> <--output> <jsonl>'],
];

describe('the script of a shell completes what is typed, in', () => {
  for (const [shell, name, command, load] of WAYS)
    itWith(shell, 'script')(`${name}: commands, options, their values and keys`, async () => {
      const terminal = openTerminal(command, env);
      try {
        terminal.type(`cd '${folder}'; ${load}; echo set' 'up\n`);
        await terminal.shows('set up\r\n');
        for (const [typed, called] of TYPED) {
          terminal.type(typed);
          await terminal.shows(`called with ${called}`);
        }
      } finally {
        await terminal.close();
      }
    });

  itWith('fish')('fish: commands, options, their values and keys with descriptions', async () => {
    const complete = async (line: string) => {
      const ask = `source '${join(folder, 'fish')}'; complete -C '${line}'`;
      const { stdout } = await promisify(execFile)('fish', ['--no-config', '-c', ask], {
        env: { ...process.env, ...env },
      });
      return stdout.split('\n').filter((each) => each !== '');
    };
    expect(await complete('hukz eve')).toEqual([expect.stringMatching(/^event\t.+/)]);
    expect(await complete('hukz event li')).toEqual(['list\tlist events']);
    expect((await complete('hukz event list --man')).map((each) => each.split('\t')[0])).toEqual(['--managed-by']);
    expect(await complete('hukz event show key:shop')).toEqual(['key:shop/orders\tOrders']);
    expect(await complete('hukz event show ')).toEqual(
      expect.arrayContaining(['17\tPaid: in full', 'key:$(touch bad)\tA key']),
    );
  });
});
