import { type Command, Option } from 'commander';
import type { Invocation } from '../../invocation.js';
import { addListOptions, addYesOption, apiVerb, runs } from '../verb.js';
import { addTimeFilters } from './field-options.js';

const verbs = () => import('../../resources/deliveries.js');

export function registerDelivery(program: Command, here: Invocation): void {
  const delivery = program.command('delivery').description('deliveries: one message that is owed to one webhook');

  addTimeFilters(
    addListOptions(
      apiVerb(delivery, 'list', {
        description: 'list deliveries, newest first',
        example: `
$ hukz delivery list --state pending
ID                                    STATE    EVENT          WEBHOOK ID  ATTEMPTS  DUE AT
01890a5d-b1c2-7d3e-8f40-516273849500  pending  order.created  3           2         2026-01-31T12:05:00.000Z`,
      }),
    ),
  )
    .option('--webhook <webhook>', 'only of this webhook: its id, or key:<key>')
    .addOption(
      new Option('--state <state>', 'only in this state').choices([
        'pending',
        'held',
        'delivered',
        'dead',
        'cancelled',
        'lost',
      ]),
    )
    .action(runs(here, async () => (await verbs()).listDeliveries));

  apiVerb(delivery, 'show <id>', {
    description: 'show a delivery with its attempts',
    example: `
$ hukz delivery show 01890a5d-b1c2-7d3e-8f40-516273849500 --columns state,attempts
state     pending
attempts  1: failed 503,2: failed 503`,
  }).action(runs(here, async () => (await verbs()).showDelivery));

  apiVerb(delivery, 'retry <id...>', {
    description: 'send deliveries again, whatever their state is; - reads ids from standard input',
    example: `
$ hukz dead list -o name | hukz delivery retry -
matched  12
changed  12
skipped  0`,
  }).action(runs(here, async () => (await verbs()).retryDeliveries));

  addYesOption(
    apiVerb(delivery, 'cancel <id...>', {
      description: 'cancel unfinished deliveries; - reads ids from standard input',
      example: `
$ hukz delivery cancel 01890a5d-b1c2-7d3e-8f40-516273849500 --yes
Delivery 01890a5d-b1c2-7d3e-8f40-516273849500 is cancelled.`,
    }),
  ).action(runs(here, async () => (await verbs()).cancelDeliveries));
}
