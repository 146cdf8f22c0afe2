import type { Command } from 'commander';
import type { Invocation } from '../invocation.js';
import { localVerb, runsLocally } from './verb.js';

const verbs = () => import('../connection/context-verbs.js');

export function registerContext(program: Command, here: Invocation): void {
  const context = program.command('context').description('named connections, in ~/.config/hukz/contexts.yml');

  localVerb(context, 'list', {
    description: 'list the contexts; the selected one has a star',
    example: `
$ hukz context list
SELECTED  NAME  URL                       USER  SPACE
*         prod  https://hukz.example.com  7     key:eu
-         test  http://127.0.0.1:8000     1     -`,
  }).action(runsLocally(here, async () => (await verbs()).listContexts));

  localVerb(context, 'show [name]', {
    description: 'show a context, or the selected one',
    example: `
$ hukz context show prod
name   prod
url    https://hukz.example.com
user   7
token  env://HUKZ_PROD_TOKEN`,
  }).action(runsLocally(here, async () => (await verbs()).showContext));

  localVerb(context, 'select <name>', {
    description: 'use a context from now on, if a command names no other connection',
    example: `
$ hukz context select prod
The context "prod" is selected: https://hukz.example.com`,
  }).action(runsLocally(here, async () => (await verbs()).selectContext));

  localVerb(context, 'set <name>', {
    description: 'create a context or change its given values; the first one is selected',
    example: `
$ hukz context set prod --url https://hukz.example.com --token cmd://'pass show hukz/prod' --user 7
The context "prod" is stored in /home/me/.config/hukz/contexts.yml`,
  })
    .option('--url <url>', 'the URL of the API')
    .option('--token <reference>', 'where the token is: env://NAME, file:///path or cmd://command')
    .option('--user <id>', 'the id of the acting user')
    .option('--space <space>', 'the space: its number, or key:<key>')
    .option('--nats-context <name>', 'the context of the nats command for verbs that use NATS')
    .action(runsLocally(here, async () => (await verbs()).setContext));

  localVerb(context, 'remove <name>', {
    description: 'remove a context',
    example: `
$ hukz context remove test
The context "test" is removed`,
  }).action(runsLocally(here, async () => (await verbs()).removeContext));
}
