import { type Command, Option } from 'commander';
import type { Invocation } from '../invocation.js';
import { collect, duration, wholeNumber } from './arguments.js';
import { addNatsOption, apiVerb, localVerb, runs, runsLocally } from './verb.js';

const SCHEMES = 'standard, standard-ed25519, webhooks-emitter or github';
const secretOption = (what: string) => `${what}, or env://, file:// or cmd:// and its source`;

/** Commands for those who develop a receiver. */
export function registerTryVerbs(program: Command, here: Invocation): void {
  registerListen(program, here);

  const tail = apiVerb(program, 'tail', {
    description: 'print attempts as they are made: from hukz.result.> where hukz publishes it, else from the log',
    example: `
$ hukz tail --outcome failed
08:00:01.123  order.created                 webhook 17  failed  answered 500  12 ms`,
  });
  addNatsOption(tail)
    .option('--webhook <webhook>', 'only attempts of this webhook: its id, or key:<key>')
    .option('--event <subject>', 'only attempts for this subject, which may have wildcards')
    .option('--outcome <outcome>', 'only attempts with this outcome, such as delivered, failed or dead')
    .addOption(
      new Option('--source <source>', 'where attempts come from').choices(['auto', 'nats', 'log']).default('auto'),
    )
    .option('--count <n>', 'end after this number of attempts', wholeNumber(1, 1_000_000))
    .action(runs(here, async () => (await import('../tail/tail.js')).tail));

  const trigger = apiVerb(program, 'trigger <event>', {
    description: 'publish a message of an event, to try its webhooks',
    example: `
$ hukz trigger order.created --set customer.name=Ada --set total=10.50
published order.created: message 019c1409-f800-7a3b-8c1d-2e4f60718293, webhooks that get it: 1`,
  });
  addNatsOption(trigger)
    .option('--set <path=value>', 'a value of the payload: JSON, or else a text; repeatable', collect)
    .option('--data <file>', 'JSON to begin with, or - for standard input (default: {})')
    .addOption(new Option('--via <way>', 'how to publish').choices(['http', 'nats']).default('http'))
    .action(runs(here, async () => (await import('../trigger/trigger.js')).trigger));

  localVerb(program, 'verify [file]', {
    description: 'check the signature of a captured request, and find the most likely mistake',
    example: `
$ hukz verify --secret env://WEBHOOK_SECRET captured.txt
scheme     standard
headers    all headers of the scheme are there
time       signed 12s ago
signature  valid`,
  })
    .requiredOption('--secret <secret>', secretOption('the secret or public key of the webhook'))
    .option('--scheme <scheme>', `${SCHEMES} (default: by the prefix of the secret)`)
    .option('--prefix <prefix>', 'for webhooks-emitter: the middle of the names of its headers')
    .option('--tolerance <duration>', 'refuse a signature that is older (default: any age)', duration)
    .option('--header <name: value>', 'a header of the request, repeatable', collect)
    .option('--body <file>', 'the body alone, or - for standard input; the headers are then those of --header')
    .action(runsLocally(here, async () => (await import('../signature/verify.js')).verifyCaptured));

  localVerb(program, 'sign [file]', {
    description: 'print the headers by which hukz signs a body',
    example: `
$ echo '{"id":1}' | hukz sign --secret env://WEBHOOK_SECRET --id msg_1 --at 2026-12-01T08:00:00Z
webhook-id: msg_1
webhook-timestamp: 1796112000
webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=`,
  })
    .requiredOption('--secret <secret>', secretOption('the secret'))
    .option('--scheme <scheme>', `${SCHEMES} (default: by the prefix of the secret)`)
    .option('--prefix <prefix>', 'for webhooks-emitter: the middle of the names of its headers')
    .option('--id <id>', 'webhook-id (default: a new one)')
    .option('--event <subject>', 'the subject of the event, for schemes that have a header for it')
    .option('--request-id <id>', "the publisher's own id, for schemes that name the delivery by it")
    .option('--at <time>', 'the time of the signature (default: now)')
    .action(runsLocally(here, async () => (await import('../signature/sign.js')).signBody));
}

function registerListen(program: Command, here: Invocation): void {
  const listen = apiVerb(program, 'listen [subjects...]', {
    description: 'send messages of NATS to an application on this machine, as a webhook would',
    example: `
$ hukz listen 'order.>' --forward-to http://localhost:3000/webhooks
forwarding order.> from nats://127.0.0.1:4222 to http://localhost:3000/webhooks
08:00:01.123  order.created                 204  8 ms
08:00:04.567  order.paid                    connection refused  1 ms
$ hukz trigger order.created --via nats    # in another terminal
published 2 characters to order.created at nats://127.0.0.1:4222`,
  });
  addNatsOption(listen)
    .option('--forward-to <url>', 'the URL of your application')
    .option('--format <format>', 'the format of the body (default: hukz)')
    .option('--scheme <scheme>', `how requests are signed: ${SCHEMES}, or none`, 'standard')
    .option('--prefix <prefix>', 'for webhooks-emitter: the middle of the names of its headers')
    .option('--secret <secret>', secretOption('the signing secret'))
    .option('--print-secret', 'print the secret that is kept for this command, and end')
    .option('--as-webhook', 'create an expiring webhook whose requests travel over NATS to this prompt')
    .option('--concurrency <n>', 'requests at the same time', wholeNumber(1, 100), 10)
    .addOption(new Option('--timeout <duration>', 'time for each request').argParser(duration).default(10_000, '10s'))
    .option('--count <n>', 'end after this number of requests', wholeNumber(1, 1_000_000))
    .action(async function (this: Command) {
      const asWebhook = async () => (await import('../listen/listen-as-webhook.js')).listenAsWebhook;
      const plain = async () => (await import('../listen/listen.js')).listen;
      const { asWebhook: isWebhook, printSecret } = this.opts<{ asWebhook?: true; printSecret?: true }>();
      await (isWebhook && !printSecret ? runs(here, asWebhook) : runsLocally(here, plain)).call(this);
    });
}
