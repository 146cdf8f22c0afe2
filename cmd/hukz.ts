#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../internal/domain/text/duration.js';
import { readVersion } from '../internal/version.js';
import { explainFailure } from './explain-failure.js';
import type { Invocation } from './invocation.js';

const here: Invocation = { env: process.env, cwd: process.cwd(), version: readVersion() };
// Commands are imported on demand: importing the whole service would make `publish` slow to start.
const program = new Command('hukz')
  .description('Turns NATS messages into webhooks: durable, retried, logged in PostgreSQL.')
  .version(here.version)
  .showHelpAfterError()
  .addHelpText(
    'after',
    '\nConfiguration: config.yml, config.json or config.env in this directory, or HUKZ_<KEY> in the environment.',
  );

program
  .command('serve')
  .description('run the service')
  .option('--no-migrate', 'do not migrate the database schema first')
  .option('--fail-fast', 'end if PostgreSQL or NATS is away at the start, instead of waiting for it')
  .action(async (options: { migrate: boolean; failFast?: boolean }) =>
    (await import('./serve/serve.js')).serve(here, options),
  );

program.command('worker', { hidden: true }).action(async () => (await import('./serve/worker.js')).work(here));

program
  .command('migrate')
  .description('migrate the database to the latest version or one step down, show its state, or move its tables')
  .argument('[direction]', 'up, down, status or move-schema', oneOf('up', 'down', 'status', 'move-schema'), 'up')
  .action(async (direction: 'up' | 'down' | 'status' | 'move-schema') =>
    (await import('./database/migrate.js')).migrateDatabase(here, direction),
  );

const keys = program.command('keys').description('show or rotate the keys of ENCRYPTION_KEYS, which encrypt secrets');
keys
  .command('status')
  .description('show how many secrets each key encrypts')
  .action(async () => (await import('./database/keys.js')).showKeys(here));
keys
  .command('rotate')
  .description('encrypt every secret with the first key; can be repeated, also while the service runs')
  .option('--dry-run', 'only show how many secrets would be encrypted')
  .action(async (options: { dryRun?: true }) =>
    (await import('./database/keys.js')).rotateKeys(here, { dryRun: options.dryRun ?? false }),
  );

program
  .command('import')
  .description('bring events, webhooks and logs from the tables of the Go service in the same database')
  .option('--dry-run', 'change nothing, and report what would be brought')
  .addOption(new Option('--logs <age>', 'also bring logs that are not older, such as 90d').argParser(duration))
  .option('--delta', 'bring what changed in the Go service since the import')
  .addOption(new Option('--back', 'write what was made, changed or deleted here into its tables').conflicts('delta'))
  .option('--schema <name>', 'the schema of its tables', 'public')
  .action(async (options: { dryRun?: true; logs?: number; delta?: true; back?: true; schema: string }) => {
    const { dryRun = false, logs: logsMs, delta = false, back = false, schema } = options;
    const { importFromGo } = await import('./go-service/import.js');
    await importFromGo(here, { dryRun, logsMs, delta, back, schema });
  });

program
  .command('doctor')
  .description('check whether this installation of the Go service can be switched; changes nothing')
  .requiredOption('--from-go', 'check the switch from the Go service')
  .option('--json', 'print the findings as JSON')
  .option('--schema <name>', 'the schema of its tables', 'public')
  .action(async (options: { json?: true; schema: string }) =>
    (await import('./go-service/doctor.js')).examine(here, { json: options.json ?? false, schema: options.schema }),
  );

program
  .command('compare')
  .description('send the same read requests to the Go service and to hukz, and list the differences')
  .requiredOption('--with <url>', 'the address of the Go service')
  .option('--url <url>', 'the address of hukz', 'http://127.0.0.1:8000')
  .option('--user <id>', 'the user in whose name both are asked', wholeNumber(1, 2_147_483_647), 1)
  .action(async (options: { with: string; url: string; user: number }) =>
    (await import('./go-service/compare.js')).compare(options),
  );

program
  .command('up')
  .description('run PostgreSQL, nats-server and the service on this machine, with data under .hukz/')
  .action(async () => (await import('./up/up.js')).up(here));

program
  .command('publish')
  .description('publish a message to NATS')
  .argument('<subject>', 'the subject: tokens of A-Z, a-z, 0-9, _ and -, joined by dots, without wildcards')
  .argument('<payload>', 'the message, usually JSON, or - to read it from standard input')
  .option('--header <key:value>', 'a NATS header, repeatable', collect)
  .option('--request', 'request a receipt (Hukz-Receipt: 1) and print it; the exit code is 1 if it is an error')
  .action(async (subject: string, payload: string, options: { header?: readonly string[]; request?: true }) => {
    const { publish } = await import('./try/publish.js');
    await publish(here, { subject, payload, headers: options.header ?? [], request: options.request ?? false });
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
    const { receive } = await import('./try/receive.js');
    await receive({ port: options.port, status: options.status, delayMs: options.delay, secret: options.secret });
  });

program
  .command('smoke')
  .description('send one message through a running "hukz up" and show its delivery')
  .action(async () => (await import('./up/smoke.js')).smoke(here));

// The list of commands is shown only after an error without a command.
for (const command of program.commands) command.showHelpAfterError('(see --help)');

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${explainFailure(error)}\n`);
  process.exit(1);
});

function collect(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

function oneOf(...allowed: readonly string[]): (text: string) => string {
  return (text) => {
    if (!allowed.includes(text)) throw new InvalidArgumentError(`It must be one of ${allowed.join(', ')}.`);
    return text;
  };
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

function duration(text: string): number {
  const read = parseDuration(text);
  if (!read.ok) throw new InvalidArgumentError(read.problem);
  return read.value;
}
