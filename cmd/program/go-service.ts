import { type Command, Option } from 'commander';
import type { Invocation } from '../invocation.js';
import { duration, wholeNumber } from './arguments.js';
import { addExample } from './verb.js';

/** Commands for the switch from the Go service. */
export function registerGoService(program: Command, here: Invocation): void {
  addExample(
    program
      .command('import')
      .description('bring events, webhooks and logs from the tables of the Go service in the same database'),
    `
$ hukz import --dry-run
17 events and 12 webhooks would be brought
webhook 3 (kept, but not used): …`,
  )
    .option('--dry-run', 'change nothing, and report what would be brought')
    .addOption(new Option('--logs <age>', 'also bring logs that are not older, such as 90d').argParser(duration))
    .option('--delta', 'bring what changed in the Go service since the import')
    .addOption(new Option('--back', 'write what was made, changed or deleted here into its tables').conflicts('delta'))
    .option('--schema <name>', 'the schema of its tables', 'public')
    .action(async (options: { dryRun?: true; logs?: number; delta?: true; back?: true; schema: string }) => {
      const { dryRun = false, logs: logsMs, delta = false, back = false, schema } = options;
      const { importFromGo } = await import('../go-service/import.js');
      await importFromGo(here, { dryRun, logsMs, delta, back, schema });
    });

  addExample(
    program
      .command('compare')
      .description('send the same read requests to the Go service and to hukz, and list the differences'),
    `
$ hukz compare --with http://127.0.0.1:8002
84 requests to both`,
  )
    .requiredOption('--with <url>', 'the address of the Go service')
    .option('--url <url>', 'the address of hukz', 'http://127.0.0.1:8000')
    .option('--user <id>', 'the user in whose name both are asked', wholeNumber(1, 2_147_483_647), 1)
    .action(async (options: { with: string; url: string; user: number }) =>
      (await import('../go-service/compare.js')).compare(options),
    );
}
