import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { runHukz } from '../../internal/testkit/command-line/run-hukz.js';
import { makeProgram } from './program.js';

const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
const program = makeProgram({ env: {}, cwd: '/', version: '1.2.3', streams });
function verbsOf(command: Command, path: readonly string[] = []): (readonly string[])[] {
  return command.commands.flatMap((each) => {
    const here = [...path, each.name()];
    return each.commands.length > 0 ? verbsOf(each, here) : [here];
  });
}

describe('the help of each verb', () => {
  const verbs = verbsOf(program).filter((path) => !['worker', '__complete'].includes(path.join(' ')));

  it.each(verbs.map((path) => path.join(' ')))('hukz %s has an example and its output', async (verb) => {
    const { code, stdout } = await runHukz([...verb.split(' '), '--help']);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(new RegExp(`\nExample:\n  \\$ (.* \\| )?hukz ${verb}.*\n {2,}\\S`)),
    ]);
  });
});

describe('a mistake in the command', () => {
  it.each([
    [['sevre'], "error: unknown command 'sevre'\n(Did you mean serve?)\n(see --help)\n"],
    [['event', 'lsit'], "error: unknown command 'lsit'\n(Did you mean list?)\n(see --help)\n"],
    [['event', 'list', '--tga', 'a:b'], "error: unknown option '--tga'\n(Did you mean --tag?)\n(see --help)\n"],
    [['event', 'show'], "error: missing required argument 'event'\n(see --help)\n"],
    [
      ['event', 'list', '--url', 'http://a', '--context', 'b'],
      "error: option '--url <url>' cannot be used with option '--context <name>'\n(see --help)\n",
    ],
  ])('%j is answered with a sentence, and ends with 2', async (args, stderr) => {
    expect(await runHukz(args)).toEqual({ code: 2, stdout: '', stderr });
  });

  it('such as no service at all says how to name one', async () => {
    expect(await runHukz(['event', 'list'])).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^No service is named\.\nGive --url, set HUKZ_URL, /),
    });
  });
});

it('hukz --version prints the version', async () => {
  expect(await runHukz(['--version'])).toEqual({ code: 0, stdout: '0.0.0\n', stderr: '' });
});
