import type { Command } from 'commander';
import type { Invocation } from '../../invocation.js';
import { collect, wholeNumber } from '../arguments.js';
import { apiVerb, runs } from '../verb.js';

const verbs = () => import('../../resources/explain.js');

/** The verbs that say what fires, and why. */
export function registerExplain(program: Command, here: Invocation): void {
  apiVerb(program, 'explain [event] [payload]', {
    description: 'explain which webhooks a message fires now, and why the others do not; nothing is sent',
    example: `
$ hukz explain order.paid '{"order":{"amount":99}}'
ID  KEY          FIRES  BECAUSE  AT             WANTED        FOUND  STATE
3   shop/search  no     filter   /order/amount  {"$gte":100}  99     active`,
  })
    .option('--message <id>', 'a stored message in place of an event and a payload')
    .option('--webhook <webhook>', 'only this webhook: its id, or key:<key>')
    .option('--header <name:value>', 'a header of the message, such as Hukz-Tag:team:a; repeatable', collect)
    .option('--fires', 'only webhooks that fire')
    .option('--no-fires', 'only webhooks that do not')
    .option('--cursor <cursor>', 'continue after an earlier page')
    .addHelpText('after', '\nThe payload is read byte for byte. @file reads it from a file, and - from standard input.')
    .action(runs(here, async () => (await verbs()).explain));

  const webhook = program.commands.find((command) => command.name() === 'webhook');
  if (!webhook) throw new Error('registerWebhook comes first');
  const filter = webhook.command('filter').description('the filters of webhooks');
  apiVerb(filter, 'test <webhook> [filter]', {
    description: 'try a filter on stored messages; without one, the filter of the webhook',
    example: `
$ hukz webhook filter test 3 '{"data":{"order":{"amount":{"$gte":100}}}}' --since 2h
looked_at    420
would_match  17
stopped_at   -
samples      01890a5d-ac96-774b-bcce-b302099a8057: fires (filter at /order/amount)`,
  })
    .option('--since <time>', 'messages since this time, or so long ago, such as 2h (default: a day ago)')
    .option('--until <time>', 'messages before this time')
    .option('--limit <n>', 'look at so many messages at most (default: 1000)', wholeNumber(1, 10_000))
    .addHelpText('after', '\n@file reads the filter from a file, and - from standard input.')
    .action(runs(here, async () => (await verbs()).testFilter));
}
