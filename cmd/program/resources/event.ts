import type { Command } from 'commander';
import type { Invocation } from '../../invocation.js';
import { collect } from '../arguments.js';
import { addListOptions, addYesOption, apiVerb, runs } from '../verb.js';
import { addFieldOptions, addTagFilters } from './field-options.js';

const verbs = () => import('../../resources/events.js');

export function registerEvent(program: Command, here: Invocation): void {
  const event = program.command('event').description('the registered events: subjects of messages');

  addTagFilters(
    addListOptions(
      apiVerb(event, 'list', {
        description: 'list events',
        example: `
$ hukz event list
ID  KEY                 EVENT          NAME
17  shop/order-created  order.created  Order created`,
      }),
    ),
  )
    .option('--subject <subject>', 'only the event with this subject, in any letter case, repeatable', collect)
    .action(runs(here, async () => (await verbs()).listEvents));

  apiVerb(event, 'show <event>', {
    description: 'show an event by its id, or by key:<key>',
    example: `
$ hukz event show key:shop/order-created --columns id,event,tags
id     17
event  order.created
tags   team=shop`,
  }).action(runs(here, async () => (await verbs()).showEvent));

  addFieldOptions(
    apiVerb(event, 'create <subject>', {
      description: 'register an event',
      example: `
$ hukz event create order.created --key shop/order-created --tag team:shop -o name
17`,
    }),
  )
    .option('--publish-only', 'no service answers requests on the subject')
    .action(runs(here, async () => (await verbs()).createEvent));

  addFieldOptions(
    apiVerb(event, 'update <event>', {
      description: 'change the given fields of an event',
      example: `
$ hukz event update 17 --name 'Order created' --columns id,name
id    17
name  Order created`,
    }),
  )
    .option('--subject <subject>', 'another subject')
    .option('--publish-only', 'no service answers requests on the subject')
    .option('--no-publish-only', 'a service may answer requests on the subject')
    .action(runs(here, async () => (await verbs()).updateEvent));

  addYesOption(
    apiVerb(event, 'delete <event...>', {
      description: 'delete events that no webhook has; - reads ids from standard input',
      example: `
$ hukz event delete 17 --yes
Event 17 is deleted.`,
    }),
  ).action(runs(here, async () => (await verbs()).deleteEvents));
}
