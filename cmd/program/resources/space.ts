import type { Command } from 'commander';
import type { Invocation } from '../../invocation.js';
import { oneOf, wholeNumber } from '../arguments.js';
import { addListOptions, addYesOption, apiVerb, runs } from '../verb.js';
import { addFieldOptions, addTagFilters } from './field-options.js';

const verbs = () => import('../../resources/spaces.js');

export function registerSpace(program: Command, here: Invocation): void {
  const space = program.command('space').alias('application').description('the tenants that webhooks belong to');

  addTagFilters(
    addListOptions(
      apiVerb(space, 'list', {
        description: 'list spaces',
        example: `
$ hukz space list
ID  KEY  NAME    WEBHOOKS
1   eu   Europe  3`,
      }),
    ),
  ).action(runs(here, async () => (await verbs()).listSpaces));

  apiVerb(space, 'show <space>', {
    description: 'show a space by its number, or by key:<key>',
    example: `
$ hukz space show key:eu --columns id,name
id    1
name  Europe`,
  }).action(runs(here, async () => (await verbs()).showSpace));

  addSpaceOptions(
    apiVerb(space, 'create', {
      description: 'create a space',
      example: `
$ hukz space create --key eu --name Europe -o name
1`,
    }),
  )
    .option('--number <n>', 'its number, which is the next free one by default', wholeNumber(1, 2_147_483_647))
    .action(runs(here, async () => (await verbs()).createSpace));

  addSpaceOptions(
    apiVerb(space, 'update <space>', {
      description: 'change the given fields of a space',
      example: `
$ hukz space update key:eu --name 'European Union' --columns id,name
id    1
name  European Union`,
    }),
  ).action(runs(here, async () => (await verbs()).updateSpace));

  addYesOption(
    apiVerb(space, 'delete <space>', {
      description: 'delete a space with its webhooks, and cancel what is owed to them',
      example: `
$ hukz space delete key:eu
Deleting space 1 ("eu") deletes 3 webhooks and cancels 0 deliveries. Delete it? [y/N] y
Space key:eu is deleted.`,
    }),
  ).action(runs(here, async () => (await verbs()).deleteSpace));
}

function addSpaceOptions(command: Command): Command {
  return addFieldOptions(command)
    .option('--isolation <kind>', 'open, or strict: only messages that name the space', oneOf('open', 'strict'))
    .option('--subject-token <n>', 'the token of the subject that names the space, from 1', wholeNumber(1, 16))
    .option('--max-webhooks <n>', 'the number of webhooks that it may have', wholeNumber(0, 1_000_000))
    .option('--max-messages-per-second <n>', 'the rate of messages that name it', wholeNumber(1, 1_000_000))
    .option('--max-message-bytes <n>', 'the size of the payload of such a message', wholeNumber(1, 64 << 20))
    .option('--max-pending <n>', 'the deliveries that it may be owed', wholeNumber(1, 100_000_000))
    .option('--subject-header <name>', 'the header of a message that names the space');
}
