import type { Command } from 'commander';
import type { Invocation } from '../invocation.js';
import { collect, oneOf, wholeNumber } from './arguments.js';
import { addExample } from './verb.js';

const MAX_NUMBER = Number.MAX_SAFE_INTEGER;

/** Commands that run the service, or work with its database. */
export function registerService(program: Command, here: Invocation): void {
  addExample(
    program.command('serve').description('run the service'),
    `
$ hukz serve
{"time":"2026-01-31T12:00:00.000Z","level":"info","name":"app.started","port":8000,…}`,
  )
    .option('--no-migrate', 'do not migrate the database schema first')
    .option('--fail-fast', 'end if PostgreSQL or NATS is away at the start, instead of waiting for it')
    .action(async (options: { migrate: boolean; failFast?: boolean }) =>
      (await import('../serve/serve.js')).serve(here, options),
    );

  program.command('worker', { hidden: true }).action(async () => (await import('../serve/worker.js')).work(here));

  registerDatabase(program, here);
}

/** Commands that work with the database of the service, whether it runs or not. */
function registerDatabase(program: Command, here: Invocation): void {
  addExample(
    program
      .command('migrate')
      .description('migrate the database to the latest version or one step down, show its state, or move its tables'),
    `
$ hukz migrate status
applied  0001-catalog
applied  0002-journal`,
  )
    .argument('[direction]', 'up, down, status or move-schema', oneOf('up', 'down', 'status', 'move-schema'), 'up')
    .action(async (direction: 'up' | 'down' | 'status' | 'move-schema') =>
      (await import('../database/migrate.js')).migrateDatabase(here, direction),
    );

  const keys = program.command('keys').description('show or rotate the keys of ENCRYPTION_KEYS, which encrypt secrets');
  addExample(
    keys.command('status').description('show how many secrets each key encrypts'),
    `
$ hukz keys status
      12  2026  encrypts
       3  2025  decrypts`,
  ).action(async () => (await import('../database/keys.js')).showKeys(here));
  addExample(
    keys
      .command('rotate')
      .description('encrypt every secret with the first key; can be repeated, also while the service runs'),
    `
$ hukz keys rotate
3 of 3 secrets encrypted with "2026"`,
  )
    .option('--dry-run', 'only show how many secrets would be encrypted')
    .action(async (options: { dryRun?: true }) =>
      (await import('../database/keys.js')).rotateKeys(here, { dryRun: options.dryRun ?? false }),
    );

  const token = program.command('token').description('make the first token of a service that accepts tokens (AUTH)');
  token
    .command('create')
    .description('store a token in the database and print its text, which is not shown again')
    .requiredOption('--role <role>', 'admin, operator, space_admin, space_writer, space_reader or publisher')
    .option('--name <name>', 'who uses the token', 'hukz token create')
    .option('--space <number>', 'a space that the token reaches, repeatable', collect)
    .option('--user <id>', 'the user who is named as the author of its changes', wholeNumber(1, MAX_NUMBER), 1)
    .addHelpText('after', '\nExample:\n  $ hukz token create --role admin --name platform\n  hukz_1_…')
    .action(async (options: { role: string; name: string; space?: readonly string[]; user: number }) => {
      const { createToken } = await import('../database/token.js');
      const space = (options.space ?? []).map(wholeNumber(0, MAX_NUMBER));
      await createToken(here, { ...options, space });
    });
}
