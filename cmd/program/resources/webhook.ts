import { type Command, Option } from 'commander';
import type { Invocation } from '../../invocation.js';
import { collect } from '../arguments.js';
import { addListOptions, addYesOption, apiVerb, runs } from '../verb.js';
import { addFieldOptions, addTagFilters } from './field-options.js';

const verbs = () => import('../../resources/webhooks.js');

/** The verbs of webhooks as resources; `webhook-calls.ts` has those that call one. */
export function registerWebhook(program: Command, here: Invocation): void {
  const webhook = program.command('webhook').alias('endpoint').description('the registered receivers');

  addTagFilters(
    addListOptions(
      apiVerb(webhook, 'list', {
        description: 'list webhooks, of the space if there is one',
        example: `
$ hukz webhook list
ID  KEY          STATE   URL                       EVENTS
3   shop/search  active  https://example.com/hook  order.created,order.paid`,
      }),
    ),
  )
    .addOption(
      new Option('--state <state>', 'only those in this state').choices(['active', 'paused', 'open', 'disabled']),
    )
    .action(runs(here, async () => (await verbs()).listWebhooks));

  apiVerb(webhook, 'show <webhook>', {
    description: 'show a webhook by its id, or by key:<key>',
    example: `
$ hukz webhook show key:shop/search --columns id,state,url
id     3
state  active
url    https://example.com/hook`,
  })
    .option('--effective', 'also the settings by which hukz sends, and where each comes from')
    .action(runs(here, async () => (await verbs()).showWebhook));

  addWebhookFields(
    apiVerb(webhook, 'create <url>', {
      description: 'create a webhook; the answer shows its secret once',
      example: `
$ hukz webhook create https://example.com/hook --event order.created --columns id,secret
id      3
secret  whsec_…`,
    }),
  )
    .option('--disabled', 'send nothing until it is enabled')
    .action(runs(here, async () => (await verbs()).createWebhook));

  addWebhookFields(
    apiVerb(webhook, 'update <webhook>', {
      description: 'change the given fields of a webhook',
      example: `
$ hukz webhook update 3 --data '{"timeout":"10s"}' --columns id,timeout
id       3
timeout  10s`,
    }),
  )
    .option('--receiver <url>', 'another URL of the receiver')
    .action(runs(here, async () => (await verbs()).updateWebhook));

  addYesOption(
    apiVerb(webhook, 'delete <webhook...>', {
      description: 'delete webhooks, and cancel what they are owed; - reads ids from standard input',
      example: `
$ hukz webhook delete 3 --yes
Webhook 3 is deleted.`,
    }),
  ).action(runs(here, async () => (await verbs()).deleteWebhooks));

  apiVerb(webhook, 'enable <webhook...>', {
    description: 'enable webhooks',
    example: '\n$ hukz webhook enable 3\nWebhook 3 is enabled.',
  }).action(runs(here, async () => (await verbs()).enableWebhooks));

  apiVerb(webhook, 'disable <webhook...>', {
    description: 'disable webhooks: they get no new messages',
    example: '\n$ hukz webhook disable 3\nWebhook 3 is disabled.',
  }).action(runs(here, async () => (await verbs()).disableWebhooks));

  apiVerb(webhook, 'pause <webhook...>', {
    description: 'pause webhooks: deliveries wait until they are resumed',
    example: '\n$ hukz webhook pause 3\nWebhook 3 is paused.',
  }).action(runs(here, async () => (await verbs()).pauseWebhooks));
}

function addWebhookFields(command: Command): Command {
  return addFieldOptions(command).option(
    '--event <event>',
    'an event by its subject, its id, or key:<key>; repeatable, together they are all events',
    collect,
  );
}
