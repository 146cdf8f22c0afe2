import type { Command } from 'commander';
import type { Invocation } from '../../invocation.js';
import { addListOptions, addYesOption, apiVerb, runs } from '../verb.js';

const verbs = () => import('../../schemas/quarantine.js');

export function registerQuarantine(program: Command, here: Invocation): void {
  const quarantine = program
    .command('quarantine')
    .description('messages that break the schema of their event, or could not be stored');

  addListOptions(
    apiVerb(quarantine, 'list', {
      description: 'list the messages in quarantine, newest first',
      example: `
$ hukz quarantine list --event order.created
ID                                    QUARANTINED AT            EVENT          BYTES  ERROR
01890a5d-ac96-774b-bcce-b302099a8057  2026-01-31T12:00:00.000Z  order.created  10     /id must be integer`,
    }),
  )
    .option('--event <subject>', 'only messages that break a schema of this event')
    .action(runs(here, async () => (await verbs()).listQuarantine));

  apiVerb(quarantine, 'show <id>', {
    description: 'show a message in quarantine with its payload and its problems',
    example: `
$ hukz quarantine show 01890a5d-ac96-774b-bcce-b302099a8057 --columns payload,problems
payload   {"id":"a"}
problems  /id must be integer`,
  }).action(runs(here, async () => (await verbs()).showQuarantined));

  apiVerb(quarantine, 'release [id...]', {
    description: 'check messages again and accept them like fresh ones: those with the ids, or of an event',
    example: `
$ hukz quarantine release --event order.created
released       12
kept           1
first_problem  /id: must be integer (schema "2" of order.created)`,
  })
    .option('--event <subject>', 'all messages that break a schema of this event')
    .action(runs(here, async () => (await verbs()).release));

  addYesOption(
    apiVerb(quarantine, 'discard <id...>', {
      description: 'discard messages in quarantine; - reads ids from standard input',
      example: `
$ hukz quarantine discard 01890a5d-ac96-774b-bcce-b302099a8057 --yes
Message 01890a5d-ac96-774b-bcce-b302099a8057 is discarded.`,
    }),
  ).action(runs(here, async () => (await verbs()).discard));
}
