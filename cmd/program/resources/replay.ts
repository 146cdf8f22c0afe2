import { type Command, Option } from 'commander';
import type { Invocation } from '../../invocation.js';
import { addListOptions, addYesOption, apiVerb, runs } from '../verb.js';

const verbs = () => import('../../resources/replays.js');

export function registerReplay(program: Command, here: Invocation): void {
  const replay = program.command('replay').description('replays: many deliveries of a webhook that are sent again');

  addYesOption(
    apiVerb(replay, 'start <webhook>', {
      description: 'send deliveries of a webhook again; asks with their number before it starts',
      example: `
$ hukz replay start key:shop/search --since 2h --dry-run
total  120`,
    }),
  )
    .requiredOption('--since <time>', 'from this time: 2026-01-31T12:00:00Z, 2026-01-31, or how long ago, such as 2h')
    .option('--until <time>', 'before this time')
    .option('--event <event>', 'only this subject, or the event key:<key>')
    .addOption(
      new Option('--outcome <outcome>', 'only with this outcome; missing: messages that the webhook never got').choices(
        ['delivered', 'failed', 'dead', 'cancelled', 'lost', 'missing'],
      ),
    )
    .addOption(new Option('--dry-run', 'only count the deliveries').conflicts('wait'))
    .option('--wait', 'wait until all are due, with a progress bar on stderr')
    .action(runs(here, async () => (await verbs()).startReplay));

  addListOptions(
    apiVerb(replay, 'list <webhook>', {
      description: 'list the replays of a webhook, newest first',
      example: `
$ hukz replay list 3
ID                                    STATE  WEBHOOK ID  OUTCOME  DONE  TOTAL
01890a5e-0011-7aaa-9bbb-0123456789ab  done   3           missing  120   120`,
    }),
  ).action(runs(here, async () => (await verbs()).listReplays));

  apiVerb(replay, 'show <id>', {
    description: 'show a replay',
    example: `
$ hukz replay show 01890a5e-0011-7aaa-9bbb-0123456789ab --columns state,done,total
state  running
done   40
total  120`,
  }).action(runs(here, async () => (await verbs()).showReplay));

  apiVerb(replay, 'wait <id>', {
    description: 'wait until a replay has ended, with a progress bar on stderr',
    example: `
$ hukz replay wait 01890a5e-0011-7aaa-9bbb-0123456789ab --columns state,done
state  done
done   120`,
  }).action(runs(here, async () => (await verbs()).waitForReplay));

  addYesOption(
    apiVerb(replay, 'cancel <id>', {
      description: 'cancel a running replay; what is due already is still sent',
      example: `
$ hukz replay cancel 01890a5e-0011-7aaa-9bbb-0123456789ab --yes
Replay 01890a5e-0011-7aaa-9bbb-0123456789ab is cancelled.`,
    }),
  ).action(runs(here, async () => (await verbs()).cancelReplay));
}
