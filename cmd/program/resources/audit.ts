import type { Command } from 'commander';
import type { Invocation } from '../../invocation.js';
import { addListOptions, apiVerb, runs } from '../verb.js';

export function registerAudit(program: Command, here: Invocation): void {
  const audit = program.command('audit').description('the audit: who changed what, and who read payloads with a token');

  addListOptions(
    apiVerb(audit, 'list', {
      description: 'list who changed what, newest first; -o json shows the values before and after',
      example: `
$ hukz audit list --object webhook:17
AT                        PRINCIPAL  ACTION          OBJECT      CHANGES
2026-01-31T12:00:00.000Z  token:3    webhook.update  webhook:17  url, secrets`,
    }),
  )
    .option('--principal <principal>', 'only of this principal, such as token:3 or user:1')
    .option('--action <action>', 'only this action, such as webhook.update')
    .option('--object <object>', 'only about this object, such as webhook:17')
    .option('--since <time>', 'from this time on: a time, a day, or how long ago (2h)')
    .option('--until <time>', 'before this time')
    .action(runs(here, async () => (await import('../../observe/list-audit.js')).listAudit));
}
