import type { Command } from 'commander';
import type { Invocation } from '../../invocation.js';
import { addYesOption, apiVerb, runs } from '../verb.js';

const verbs = () => import('../../resources/webhook-calls.js');

/** Adds the verbs that call one webhook to the command `webhook`. */
export function registerWebhookCalls(program: Command, here: Invocation): void {
  const webhook = program.commands.find((command) => command.name() === 'webhook');
  if (!webhook) throw new Error('registerWebhook comes first');

  apiVerb(webhook, 'resume <webhook>', {
    description: 'resume a webhook that is paused, or whose circuit is open',
    example: '\n$ hukz webhook resume 3 --rate 50/second\nWebhook 3 is resumed.',
  })
    .option('--rate <rate>', 'send what has waited at this rate, such as 50/second')
    .option('--drop-older-than <duration>', 'drop deliveries that have waited longer, such as 6h')
    .action(runs(here, async () => (await verbs()).resumeWebhook));

  apiVerb(webhook, 'test <webhook>', {
    description: 'send a test request now; nothing is stored or counted',
    example: `
$ hukz webhook test 3 --columns delivered,response_status_code
delivered             yes
response_status_code  204`,
  })
    .option('--subject <subject>', 'the subject of the sample message')
    .option('--payload <json>', 'the payload of the sample message, @file, or - for standard input')
    .action(runs(here, async () => (await verbs()).testWebhook));

  apiVerb(webhook, 'test-auth <webhook>', {
    description: 'check the credentials of a webhook without a request to its receiver',
    example: `
$ hukz webhook test-auth 3 --columns type,ok
type  oauth2
ok    yes`,
  }).action(runs(here, async () => (await verbs()).testWebhookAuth));

  addYesOption(
    apiVerb(webhook, 'rotate-secret <webhook>', {
      description: 'add a signing secret, and print it; earlier ones also sign for the overlap',
      example: '\n$ hukz webhook rotate-secret 3 --overlap 24h --yes\nwhsec_…',
    }),
  )
    .option('--overlap <duration>', 'how long earlier secrets also sign')
    .option(
      '--secret <secret>',
      'a secret of your own, or env://, file:// or cmd:// and its source; otherwise a random one',
    )
    .action(runs(here, async () => (await verbs()).rotateSecret));

  apiVerb(webhook, 'keys <webhook>', {
    description: 'list the ordering keys in which a failed delivery blocks the others',
    example: `
$ hukz webhook keys 3
ORDER KEY         VALUE  OWED  ATTEMPTS  DUE AT
8Jk3Vd0cQ2yYx1Zb  17     4     3         2026-01-31T12:05:00.000Z`,
  }).action(runs(here, async () => (await verbs()).listOrderedKeys));

  apiVerb(webhook, 'stats <webhook>', {
    description: 'show how many deliveries a webhook was owed, and what they are now',
    example: `
$ hukz webhook stats 3 --since 24h --columns accepted,delivered,dead
accepted   120
delivered  118
dead       2`,
  })
    .option('--since <time>', 'of messages from this time, or how long ago, such as 24h')
    .option('--until <time>', 'of messages before this time')
    .action(runs(here, async () => (await verbs()).showStats));
}
