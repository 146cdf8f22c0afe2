import type { Command } from 'commander';
import type { Invocation } from '../../invocation.js';
import { collect } from '../arguments.js';
import { addListOptions, addYesOption, apiVerb, runs } from '../verb.js';
import { addTimeFilters } from './field-options.js';

const verbs = () => import('../../resources/dead-letters.js');

export function registerDead(program: Command, here: Invocation): void {
  const dead = program.command('dead').description('dead letters: deliveries that were given up');

  addTimeFilters(
    addListOptions(
      apiVerb(dead, 'list', {
        description: 'list dead letters, newest first',
        example: `
$ hukz dead list --since 24h
ID                                    BECAUSE    EVENT          WEBHOOK ID  ATTEMPTS  DIED AT
01890a5d-b1c2-7d3e-8f40-516273849500  exhausted  order.created  3           9         2026-01-31T12:00:00.000Z`,
      }),
    ),
  )
    .option('--webhook <webhook>', 'only of this webhook: its id, or key:<key>')
    .option('--tag <key:value>', 'only of webhooks with this tag, repeatable', collect)
    .action(runs(here, async () => (await verbs()).listDeadLetters));

  addYesOption(
    addTimeFilters(
      apiVerb(dead, 'retry [id...]', {
        description: 'send dead letters again: those with the ids (- reads standard input), or all',
        example: `
$ hukz dead retry --all --webhook key:shop/search --yes
matched  12
changed  12
skipped  0`,
      }),
    ),
  )
    .option('--all', 'all dead letters, or all that the filters select')
    .option('--webhook <webhook>', 'only of this webhook: its id, or key:<key>')
    .action(runs(here, async () => (await verbs()).retryDeadLetters));
}
