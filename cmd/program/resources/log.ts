import { type Command, Option } from 'commander';
import type { Invocation } from '../../invocation.js';
import { collect, wholeNumber } from '../arguments.js';
import { addListOptions, apiVerb, runs } from '../verb.js';
import { addTimeFilters } from './field-options.js';

const verbs = () => import('../../resources/logs.js');

export function registerLog(program: Command, here: Invocation): void {
  const log = program.command('log').description('logs: one per request to a receiver');

  addTimeFilters(
    addListOptions(
      apiVerb(log, 'list', {
        description: 'list attempts, newest first',
        example: `
$ hukz log list --outcome failed --columns id,outcome,status,event
ID   OUTCOME  STATUS  EVENT
171  failed   503     order.created`,
      }),
    ),
  )
    .option('--webhook <webhook>', 'only of this webhook: its id, or key:<key>')
    .option('--tag <key:value>', 'only of webhooks with this tag, repeatable', collect)
    .option('--status <status>', "only this status of the receiver's answer", wholeNumber(100, 999))
    .addOption(
      new Option('--outcome <outcome>', 'only with this outcome').choices([
        'delivered',
        'failed',
        'dead',
        'local_fault',
        'cancelled',
        'interrupted',
      ]),
    )
    .action(runs(here, async () => (await verbs()).listLogs));

  apiVerb(log, 'show <id>', {
    description: 'show an attempt with its request and its answer',
    example: `
$ hukz log show 171 --columns outcome,status,error
outcome  failed
status   503
error    -`,
  }).action(runs(here, async () => (await verbs()).showLog));
}
