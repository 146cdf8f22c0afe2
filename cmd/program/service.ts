import type { Command } from 'commander';
import type { Invocation } from '../invocation.js';
import { oneOf } from './arguments.js';

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
}
