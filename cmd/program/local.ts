import { type Command, Option } from 'commander';
import type { Invocation } from '../invocation.js';
import { collect, duration, wholeNumber } from './arguments.js';
import { addExample } from './verb.js';

interface PublishFlags {
  readonly header?: readonly string[];
  readonly request?: true;
  readonly natsContext?: string;
}

/** Commands to try hukz on one machine. */
export function registerLocal(program: Command, here: Invocation): void {
  addExample(
    program
      .command('up')
      .description('run PostgreSQL, nats-server and the service on this machine, with data under .hukz/'),
    `
$ hukz up
PostgreSQL     1.2 s  on port 5432, data in /home/me/shop/.hukz/postgres
nats-server    0.1 s  on port 4222, with JetStream
hukz is up. Press Ctrl-C to stop it; its data is kept.`,
  ).action(async () => (await import('../up/up.js')).up(here));

  addExample(
    program.command('publish').description('publish a message to NATS'),
    `
$ hukz publish order.created '{"id":17}'
published 9 bytes to order.created at nats://127.0.0.1:4222`,
  )
    .argument('<subject>', 'the subject: tokens of A-Z, a-z, 0-9, _ and -, joined by dots, without wildcards')
    .argument('<payload>', 'the message, usually JSON, or - to read it from standard input')
    .option('--header <key:value>', 'a NATS header, repeatable', collect)
    .option('--request', 'request a receipt (Hukz-Receipt: 1) and print it; the exit code is 1 if it is an error')
    .option('--nats-context <name>', 'a context of the nats command, in place of HUKZ_NATS_URL')
    .action(async (subject: string, payload: string, options: PublishFlags) => {
      const { header: headers = [], request = false } = options;
      await (await import('../try/publish.js')).publish(here, { ...options, subject, payload, headers, request });
    });

  addExample(
    program.command('receive').description('run a test receiver that prints and answers every request'),
    `
$ hukz receive --port 9000 --status 503
receiving at http://127.0.0.1:9000, answering 503`,
  )
    .option('--port <port>', 'the port on 127.0.0.1 to listen on', wholeNumber(0, 65_535), 9000)
    .option('--status <status>', 'the status code of every response', wholeNumber(200, 599), 200)
    .addOption(
      new Option('--delay <duration>', 'the time to wait before each response').argParser(duration).default(0, '0s'),
    )
    .option(
      '--secret <secret>',
      'check the signature of each request with this secret or public key of the webhook, or env://, file:// or cmd:// and its source',
    )
    .action(async (options: { port: number; status: number; delay: number; secret?: string }) => {
      const { receive } = await import('../try/receive.js');
      await receive(here, {
        port: options.port,
        status: options.status,
        delayMs: options.delay,
        secret: options.secret,
      });
    });

  addExample(
    program.command('smoke').description('send one message through a running "hukz up" and show its delivery'),
    `
$ hukz smoke
The receiver got:
POST /smoke
…`,
  ).action(async () => (await import('../up/smoke.js')).smoke(here));
}
