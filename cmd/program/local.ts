import { type Command, Option } from 'commander';
import type { Invocation } from '../invocation.js';
import { collect, duration, wholeNumber } from './arguments.js';

interface PublishFlags {
  readonly header?: readonly string[];
  readonly request?: true;
  readonly natsContext?: string;
}

/** Commands to try hukz on one machine. */
export function registerLocal(program: Command, here: Invocation): void {
  program
    .command('up')
    .description('run PostgreSQL, nats-server and the service on this machine, with data under .hukz/')
    .action(async () => (await import('../up/up.js')).up(here));

  program
    .command('publish')
    .description('publish a message to NATS')
    .argument('<subject>', 'the subject: tokens of A-Z, a-z, 0-9, _ and -, joined by dots, without wildcards')
    .argument('<payload>', 'the message, usually JSON, or - to read it from standard input')
    .option('--header <key:value>', 'a NATS header, repeatable', collect)
    .option('--request', 'request a receipt (Hukz-Receipt: 1) and print it; the exit code is 1 if it is an error')
    .option('--nats-context <name>', 'a context of the nats command, in place of HUKZ_NATS_URL')
    .action(async (subject: string, payload: string, options: PublishFlags) => {
      const { header: headers = [], request = false } = options;
      await (await import('../try/publish.js')).publish(here, { ...options, subject, payload, headers, request });
    });

  program
    .command('receive')
    .description('run a test receiver that prints and answers every request')
    .option('--port <port>', 'the port on 127.0.0.1 to listen on', wholeNumber(0, 65_535), 9000)
    .option('--status <status>', 'the status code of every response', wholeNumber(200, 599), 200)
    .addOption(
      new Option('--delay <duration>', 'the time to wait before each response').argParser(duration).default(0, '0s'),
    )
    .option('--secret <secret>', 'the secret or public key of the webhook: check the signature of each request')
    .action(async (options: { port: number; status: number; delay: number; secret?: string }) => {
      const { receive } = await import('../try/receive.js');
      await receive({ port: options.port, status: options.status, delayMs: options.delay, secret: options.secret });
    });

  program
    .command('smoke')
    .description('send one message through a running "hukz up" and show its delivery')
    .action(async () => (await import('../up/smoke.js')).smoke(here));
}
