import type { Command } from 'commander';
import type { Invocation } from '../invocation.js';
import { collect } from './arguments.js';
import { addYesOption, apiVerb, runs } from './verb.js';

/** Events and webhooks in files. */
export function registerDeclare(program: Command, here: Invocation): void {
  const apply = apiVerb(program, 'apply', {
    description: 'make events and webhooks equal to files, after showing the plan',
    example: `
$ hukz apply -f hooks.yml
~ webhook search/index
    ~ url = "https://old.example.com/hook" -> "https://search.example.com/hook"

Plan: 0 to create, 1 to change, 0 to remove, 3 unchanged.
Apply this plan? [y/N] y
Applied: 0 created, 1 changed, 0 removed.`,
  });
  addYesOption(addFileOptions(apply))
    .option('--dry-run', 'only show the plan')
    .option('--show-secrets', 'print generated signing secrets also if stdout is no terminal')
    .action(runs(here, async () => (await import('../declare/apply.js')).apply));

  const diff = apiVerb(program, 'diff', {
    description: 'show what "apply" would change; the exit code is 3 if there is a difference',
    example: `
$ hukz diff -f hooks/ --prune
- webhook search/old

Plan: 0 to create, 0 to change, 1 to remove, 4 unchanged.
The stored objects differ from the files.`,
  });
  addFileOptions(diff).action(runs(here, async () => (await import('../declare/diff.js')).diff));

  apiVerb(program, 'export', {
    description: 'print stored events and webhooks as a file for "apply", with placeholders for secrets',
    example: `
$ hukz export --managed-by shop
managed_by: shop
space: 0
events:
  - key: shop/order-created
    event: order.created
webhooks: []`,
  })
    .option('--managed-by <name>', 'only objects that this program manages')
    .action(runs(here, async () => (await import('../declare/export.js')).exportDeclaration));
}

function addFileOptions(command: Command): Command {
  return command
    .requiredOption(
      '-f, --file <path>',
      'a YAML or JSON file, a directory of them, or - for stdin; repeatable',
      collect,
    )
    .option('--managed-by <name>', 'the name under which the objects are managed, in place of that in the files')
    .option('--prune', 'remove objects under this name that the files do not have')
    .option('--take-over', 'also change objects that another name manages, or none');
}
