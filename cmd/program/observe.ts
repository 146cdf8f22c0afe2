import { type Command, Option } from 'commander';
import type { Invocation } from '../invocation.js';
import { duration, wholeNumber } from './arguments.js';
import { addConnectionOptions, apiVerb, localVerb, runs, runsLocally } from './verb.js';

/** The state of a service and its servers. */
export function registerObserve(program: Command, here: Invocation): void {
  apiVerb(program, 'status', {
    description: 'show the golden figures: readiness, rates, what is due, parked or dead',
    example: `
$ hukz status
ready           yes
problems        -
guarantee       at least once from the stream
messages_per_s  120.4
delivered_per_s 119.8
failed_per_s    0.2
due             0
oldest_due_s    0
dead_letters    3`,
  })
    .option('--watch', 'print them again and again, until Ctrl-C')
    .addOption(
      new Option('--interval <duration>', 'the time between two readings, over which rates are computed')
        .argParser(duration)
        .default(1000, '1s'),
    )
    .option('--count <n>', 'end after this number of readings (with --watch)', wholeNumber(1, 1_000_000))
    .option('--metrics-url <url>', 'the metrics of an instance (default: port 8001 beside the API)')
    .option('--metrics-token <token>', 'the METRICS_TOKEN of the service, or env://, file:// or cmd:// and its source')
    .action(runs(here, async () => (await import('../observe/status.js')).status));

  apiVerb(program, 'accounting', {
    description: 'compare the deliveries that messages owe with those that exist; the exit code is 1 if some are lost',
    example: `
$ hukz accounting --since 2h
closes      yes
webhook_id  -
since       2026-01-31T10:00:00.000Z
until       2026-01-31T12:00:00.000Z
accepted    1200
delivered   1198
pending     0
held        0
dead        2
cancelled   0
lost        0
unknown     0`,
  })
    .option('--webhook <webhook>', 'only one webhook: its id, or key:<key>')
    .option('--since <duration>', 'messages received in this time until now (default: a day)', duration)
    .option('--until <duration>', 'not the messages received in this time until now', duration)
    .action(runs(here, async () => (await import('../observe/accounting.js')).accounting));

  apiVerb(program, 'open', {
    description: 'open the documentation page of the service in a browser, and print its URL',
    example: `
$ hukz open
http://127.0.0.1:8000/docs`,
  }).action(runs(here, async () => (await import('../observe/open.js')).openPage));

  const doctor = localVerb(program, 'doctor', {
    description:
      'check the service and its servers: clocks, pools, versions, limits, keys; the exit code is 1 if one fails',
    example: `
$ hukz doctor
ok    service: ready at http://127.0.0.1:8000, guarantee: at least once from the stream
ok    clock: service: within 2 s of this machine
ok    PostgreSQL: version 15.4, UTF8
warn  encryption keys: none; 12 secrets are stored as they are. Set ENCRYPTION_KEYS, then run "hukz keys rotate".`,
  });
  addConnectionOptions(doctor)
    .option('--json', 'print the checks as JSON')
    .option('--from-go', 'check instead whether this installation of the Go service can be switched; changes nothing')
    .option('--schema <name>', 'the schema of the tables of the Go service (with --from-go)', 'public')
    .action(runsLocally(here, async () => (await import('../doctor/doctor.js')).doctor));
}
