import type { Command } from 'commander';
import type { Invocation } from '../../invocation.js';
import { addYesOption, apiVerb, runs } from '../verb.js';

const verbs = () => import('../../schemas/event-schemas.js');

/** The verbs of the schemas of events. */
export function registerEventSchema(program: Command, here: Invocation): void {
  const event = program.commands.find((command) => command.name() === 'event');
  if (!event) throw new Error('registerEvent comes first');
  const schema = event.command('schema').description('the versions of the JSON Schema of an event');

  apiVerb(schema, 'list <event>', {
    description: 'list the versions of the schema of an event, newest first',
    example: `
$ hukz event schema list key:shop/order-created
VERSION  MODE    CREATED AT
2        reject  2026-01-31T12:00:00.000Z
1        off     2026-01-30T12:00:00.000Z`,
  }).action(runs(here, async () => (await verbs()).listSchemas));

  apiVerb(schema, 'show <event> <version>', {
    description: 'show a version with its schema',
    example: `
$ hukz event schema show 17 2 --columns mode,schema
mode    reject
schema  {"type":"object","required":["id"]}`,
  }).action(runs(here, async () => (await verbs()).showSchema));

  apiVerb(schema, 'add <event> <schema>', {
    description: 'add a version, and name the examples of other versions that break it',
    example: `
$ hukz event schema add 17 @order.schema.json --mode warn --example '{"id":1}'
version     2
mode        warn
created_at  2026-01-31T12:00:00.000Z
breaks      1: /id must be integer`,
  })
    .option('--version-name <name>', 'the name of the version (default: the next number)')
    .option('--mode <mode>', 'off, warn, reject or quarantine (default: off)')
    .option('--example <payload>', 'a payload that follows the schema, as JSON or @file')
    .addHelpText('after', '\n@file reads the schema from a file, and - from standard input.')
    .action(runs(here, async () => (await verbs()).addSchema));

  apiVerb(schema, 'mode <event> <version> <mode>', {
    description: 'change what happens to messages that break a version: off, warn, reject or quarantine',
    example: `
$ hukz event schema mode 17 2 reject --columns version,mode
version  2
mode     reject`,
  }).action(runs(here, async () => (await verbs()).setMode));

  apiVerb(schema, 'check <event> <payload>', {
    description: 'check a payload by a version, or by a schema that is not stored; nothing is changed',
    example: `
$ hukz event schema check 17 '{"id":"a"}'
valid     no
version   2
problems  /id must be integer`,
  })
    .option('--by <version>', 'the version (default: the newest)')
    .option('--schema <schema>', 'a schema in place of a version, as JSON or @file')
    .action(runs(here, async () => (await verbs()).checkPayload));

  addYesOption(
    apiVerb(schema, 'delete <event> <version>', {
      description: 'delete a version',
      example: `
$ hukz event schema delete 17 1 --yes
Version 1 is deleted.`,
    }),
  ).action(runs(here, async () => (await verbs()).deleteSchema));
}
