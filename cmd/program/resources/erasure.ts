import type { Command } from 'commander';
import { Option } from 'commander';
import type { Invocation } from '../../invocation.js';
import { addListOptions, addYesOption, apiVerb, runs } from '../verb.js';
import { addTimeFilters } from './field-options.js';

const verbs = () => import('../../erase/erasures.js');
const ID = '01890a5e-0011-7aaa-9bbb-0123456789ab';

/** `hukz message erase`: it belongs to the messages, although it starts a job. */
export function addErase(message: Command, here: Invocation): void {
  addTimeFilters(
    addYesOption(
      apiVerb(message, 'erase [id...]', {
        description: 'erase the content of messages, and cancel what they owe; asks with their number before it starts',
        example: `
$ hukz message erase --content '{"data":{"customer":{"id":17}}}' --dry-run
total      3
undecided  0`,
      }),
    ),
  )
    .option('--content <json>', 'only with this content, as in the filter of a webhook; @file reads it from a file')
    .option('--all', 'every stored message')
    .addOption(new Option('--dry-run', 'only count the messages').conflicts('wait'))
    .option('--wait', 'wait until nothing of them is left, with a progress bar on stderr')
    .addHelpText('after', '\nA - reads ids from standard input. What an erasure cannot reach is in docs/operations.md.')
    .action(runs(here, async () => (await verbs()).eraseMessages));
}

export function registerErasure(program: Command, here: Invocation): void {
  const erasure = program.command('erasure').description('erasures: jobs that erase messages');

  addListOptions(
    apiVerb(erasure, 'list', {
      description: 'list the erasures, newest first',
      example: `
$ hukz erasure list
ID                                    STATE  ERASED  TOTAL  WAITING
${ID}  done   3       3      0`,
    }),
  ).action(runs(here, async () => (await verbs()).listErasures));

  apiVerb(erasure, 'show <id>', {
    description: 'show an erasure, its progress, and why something is left',
    example: `
$ hukz erasure show ${ID} --columns state,erased,total,waiting
state    running
erased   3
total    3
waiting  1`,
  }).action(runs(here, async () => (await verbs()).showErasure));

  apiVerb(erasure, 'wait <id>', {
    description: 'wait until an erasure has ended, with a progress bar on stderr',
    example: `
$ hukz erasure wait ${ID} --columns state,erased
state   done
erased  3`,
  }).action(runs(here, async () => (await verbs()).waitForErasure));

  addYesOption(
    apiVerb(erasure, 'cancel <id>', {
      description: 'cancel a running erasure; its erased messages stay erased',
      example: `
$ hukz erasure cancel ${ID} --yes
Erasure ${ID} is cancelled.`,
    }),
  ).action(runs(here, async () => (await verbs()).cancelErasure));
}
