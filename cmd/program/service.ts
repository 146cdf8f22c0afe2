import type { Command } from 'commander';
import type { Invocation } from '../invocation.js';
import { collect, oneOf, wholeNumber } from './arguments.js';

const MAX_NUMBER = Number.MAX_SAFE_INTEGER;

/** Commands that run the service, or work with its database. */
export function registerService(program: Command, here: Invocation): void {
  program
    .command('serve')
    .description('run the service')
    .option('--no-migrate', 'do not migrate the database schema first')
    .option('--fail-fast', 'end if PostgreSQL or NATS is away at the start, instead of waiting for it')
    .action(async (options: { migrate: boolean; failFast?: boolean }) =>
      (await import('../serve/serve.js')).serve(here, options),
    );

  program.command('worker', { hidden: true }).action(async () => (await import('../serve/worker.js')).work(here));

  program
    .command('migrate')
    .description('migrate the database to the latest version or one step down, show its state, or move its tables')
    .argument('[direction]', 'up, down, status or move-schema', oneOf('up', 'down', 'status', 'move-schema'), 'up')
    .action(async (direction: 'up' | 'down' | 'status' | 'move-schema') =>
      (await import('../database/migrate.js')).migrateDatabase(here, direction),
    );

  const keys = program.command('keys').description('show or rotate the keys of ENCRYPTION_KEYS, which encrypt secrets');
  keys
    .command('status')
    .description('show how many secrets each key encrypts')
    .action(async () => (await import('../database/keys.js')).showKeys(here));
  keys
    .command('rotate')
    .description('encrypt every secret with the first key; can be repeated, also while the service runs')
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
