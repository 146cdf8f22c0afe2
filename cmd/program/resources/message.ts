import type { Command } from 'commander';
import type { Invocation } from '../../invocation.js';
import { collect, wholeNumber } from '../arguments.js';
import { addListOptions, addYesOption, apiVerb, runs } from '../verb.js';
import { addErase } from './erasure.js';
import { addTimeFilters } from './field-options.js';

const verbs = () => import('../../resources/messages.js');

export function registerMessage(program: Command, here: Invocation): void {
  const message = program.command('message').description('messages: published over HTTP, and stored');

  apiVerb(message, 'publish <event> [payload]', {
    description: 'publish a message over HTTP; its answer follows the commit',
    example: `
$ hukz message publish order.created '{"id":17}'
message_id  01890a5d-ac96-774b-bcce-b302099a8057
webhooks    1
duplicate   no`,
  })
    .option('--id <id>', 'an id of your own: a message with the same id is published once')
    .option('--tag <key:value>', 'only webhooks with this tag, repeatable', collect)
    .option('--delay <duration>', 'deliver it later, such as 10m')
    .option('--count <n>', 'publish it so many times', wholeNumber(1, 10_000_000))
    .option('--rate <n>', 'at most so many per second', wholeNumber(1, 1_000_000))
    .addHelpText(
      'after',
      '\nThe payload is delivered byte for byte. @file reads it from a file, and - from standard input.',
    )
    .action(runs(here, async () => (await import('../../resources/publish-messages.js')).publishMessage));

  addTimeFilters(
    addListOptions(
      apiVerb(message, 'list', {
        description: 'list stored messages, newest first',
        example: `
$ hukz message list --event order.created
ID                                    RECEIVED AT               EVENT          BYTES  WEBHOOKS
01890a5d-ac96-774b-bcce-b302099a8057  2026-01-31T12:00:00.000Z  order.created  9      1`,
      }),
    ),
  )
    .option('--matched', 'only messages that were owed to a webhook')
    .option('--no-matched', 'only messages that were owed to none')
    .action(runs(here, async () => (await verbs()).listMessages));

  apiVerb(message, 'show <id>', {
    description: 'show a message, its payload and its deliveries',
    example: `
$ hukz message show 01890a5d-ac96-774b-bcce-b302099a8057 --columns event,payload
event    order.created
payload  {"id":17}`,
  }).action(runs(here, async () => (await verbs()).showMessage));

  addYesOption(
    apiVerb(message, 'cancel <id...>', {
      description: 'cancel delayed messages that are not due yet; - reads ids from standard input',
      example: `
$ hukz message cancel 01890a5d-ac96-774b-bcce-b302099a8057 --yes
Message 01890a5d-ac96-774b-bcce-b302099a8057 is cancelled.`,
    }),
  ).action(runs(here, async () => (await verbs()).cancelMessages));

  addErase(message, here);
}
