import type { Command } from 'commander';
import type { Invocation } from '../invocation.js';
import { collect } from './arguments.js';
import { addListOptions, apiVerb, runs } from './verb.js';

const verbs = () => import('../resources/events.js');

export function registerEvent(program: Command, here: Invocation): void {
  const event = program.command('event').description('the registered events: subjects of messages');

  addListOptions(
    apiVerb(event, 'list', {
      description: 'list events',
      example: `
$ hukz event list
ID  KEY                 EVENT          NAME
17  shop/order-created  order.created  Order created`,
    }),
  )
    .option('--tag <key:value>', 'only events with this tag, repeatable', collect)
    .option('--managed-by <name>', 'only events that this program manages')
    .action(runs(here, async () => (await verbs()).listEvents));

  apiVerb(event, 'show <event>', {
    description: 'show an event by its id, or by key:<key>',
    example: `
$ hukz event show key:shop/order-created --columns id,event,tags
id     17
event  order.created
tags   team=shop`,
  }).action(runs(here, async () => (await verbs()).showEvent));
}
