import { Argument, type Command } from 'commander';
import type { Invocation } from '../invocation.js';
import { addExample } from './verb.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Words for the shell. */
export function registerCompletion(program: Command, here: Invocation): void {
  const completion = program
    .command('completion')
    .description('print a script that completes commands, options and keys in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS));
  addExample(
    completion,
    `
$ hukz completion fish > ~/.config/fish/completions/hukz.fish
$ hukz completion zsh > "\${fpath[1]}/_hukz"
$ source <(hukz completion bash)`,
  ).action(async (shell: (typeof SHELLS)[number]) =>
    (await import('../complete/complete.js')).printScript(here, shell),
  );

  program
    .command('__complete [words...]', { hidden: true })
    .action(async (words: readonly string[]) =>
      (await import('../complete/complete.js')).complete(here, program, words),
    );
}
