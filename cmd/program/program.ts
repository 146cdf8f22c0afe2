import { Command, Help, type Option } from 'commander';
import type { Invocation } from '../invocation.js';
import { registerCompletion } from './completion.js';
import { registerContext } from './context.js';
import { registerDeclare } from './declare.js';
import { registerEvent } from './event.js';
import { registerGoService } from './go-service.js';
import { registerLocal } from './local.js';
import { registerObserve } from './observe.js';
import { registerService } from './service.js';
import { registerTryVerbs } from './try-verbs.js';

/** Each group of commands, in the order of the help. */
const GROUPS: Readonly<Record<string, readonly ((program: Command, here: Invocation) => void)[]>> = {
  'The service:': [registerService, registerGoService],
  'On this machine:': [registerLocal],
  'For a receiver in development:': [registerTryVerbs],
  'The connection to a running service:': [registerContext],
  'Resources of a running service:': [registerEvent],
  'The state of a running service:': [registerObserve],
  'Events and webhooks as files:': [registerDeclare],
  'The shell:': [registerCompletion],
};

/**
 * The command line. Files of this folder import no verb and no part of the service: a verb is imported when it is
 * called, so that `hukz --version` and completion are fast.
 */
export function makeProgram(here: Invocation): Command {
  const { stdout, stderr } = here.streams;
  const program = new Command('hukz')
    .description('Turns NATS messages into webhooks: durable, retried, logged in PostgreSQL.')
    .version(here.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? 80,
      getErrHelpWidth: () => stderr.columns ?? 80,
    })
    .configureHelp({ groupItems: ownOptionsFirst })
    .showHelpAfterError('(see --help)')
    .addHelpText(
      'after',
      '\nConfiguration of the service: config.yml, config.json or config.env in this directory, or HUKZ_<KEY> in the' +
        '\nenvironment. Connection of the other commands: docs/command-line.md.',
    );
  for (const [heading, groups] of Object.entries(GROUPS)) {
    program.commandsGroup(heading);
    for (const register of groups) register(program, here);
  }
  return program;
}

/** Help shows the options of the verb itself before those that all verbs share. */
function ownOptionsFirst<T extends Command | Option>(
  _: T[],
  items: T[],
  groupOf: (item: T) => string,
): Map<string, T[]> {
  const own = items.filter((item) => groupOf(item) === 'Options:');
  const ordered = [...own, ...items.filter((item) => !own.includes(item))];
  return new Help().groupItems(ordered, ordered, groupOf);
}
