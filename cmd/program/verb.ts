import { type Command, Option } from 'commander';
import type { Invocation } from '../invocation.js';
import type { LocalVerb, Verb } from '../session/session.js';
import { wholeNumber } from './arguments.js';

export interface VerbHelp {
  readonly description: string;
  /** A call and its output, as they look in a terminal. */
  readonly example: string;
}

/** Adds an example to the help of a command. */
export function addExample(command: Command, example: string): Command {
  const lines = example.trim().split('\n');
  return command.addHelpText('after', `\nExample:\n${lines.map((line) => `  ${line}`.trimEnd()).join('\n')}`);
}

/**
 * Adds a verb that calls the API, with the options for the connection and the output.
 * @param usage the name and the arguments, such as `show <event>`
 */
export function apiVerb(parent: Command, usage: string, { description, example }: VerbHelp): Command {
  const verb = parent.command(usage).description(description);
  return addOutputOptions(addConnectionOptions(addExample(verb, example)));
}

/** The action of a verb: opens the session, imports the verb and calls it. */
export function runs<Options extends object>(here: Invocation, load: () => Promise<Verb<Options>>) {
  return async function (this: Command): Promise<void> {
    const { inSession } = await import('../session/open-session.js');
    const verb = await load();
    await inSession(here, this.opts(), (session) => verb(session, { args: this.args, options: this.opts<Options>() }));
  };
}

/** Adds a verb that does not call the API, with the options for the output. */
export function localVerb(parent: Command, usage: string, { description, example }: VerbHelp): Command {
  return addOutputOptions(addExample(parent.command(usage).description(description), example));
}

/** The action of a local verb. */
export function runsLocally<Options extends object>(here: Invocation, load: () => Promise<LocalVerb<Options>>) {
  return async function (this: Command): Promise<void> {
    const { openLocalSession } = await import('../session/open-session.js');
    const verb = await load();
    await verb(openLocalSession(here, this.opts()), { args: this.args, options: this.opts<Options>() });
  };
}

export function addConnectionOptions(command: Command): Command {
  return command
    .addOption(connectionOption('--url <url>', 'the URL of the API (HUKZ_URL)').conflicts('context'))
    .addOption(
      connectionOption('--token <token>', 'the token, or env://, file:// or cmd:// and its source (HUKZ_TOKEN)'),
    )
    .addOption(connectionOption('--user <id>', 'the id of the acting user (HUKZ_USER)'))
    .addOption(connectionOption('--space <space>', 'the space: its number, or key:<key> (HUKZ_SPACE)'))
    .addOption(connectionOption('--context <name>', 'a context of "hukz context list" (HUKZ_CONTEXT)'))
    .addOption(connectionOption('-v, --verbose', 'print each request as a curl command on stderr, without the token'));
}

function addOutputOptions(command: Command): Command {
  return command
    .addOption(
      outputOption('-o, --output <format>', 'the form of the output')
        .choices(['table', 'wide', 'json', 'jsonl', 'yaml', 'name'])
        .default('table'),
    )
    .addOption(outputOption('--columns <names>', 'the columns of a table, comma-separated: fields such as id,tags.app'))
    .addOption(outputOption('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'));
}

/** The option of a verb that uses NATS. Give its value, else that of the connection, to `connectNats`. */
export function addNatsOption(command: Command): Command {
  return command.addOption(connectionOption('--nats-context <name>', 'a context of the nats command, for NATS'));
}

/** The options of a verb that prints a list. */
export function addListOptions(command: Command): Command {
  return command
    .option(
      '--limit <n>',
      'one page of so many entries, from 1 to 100 (default: 20; everything for jsonl and name)',
      wholeNumber(1, 100),
    )
    .addOption(new Option('--all', 'print everything, page by page').conflicts('limit'))
    .option('--cursor <cursor>', 'start after this next_cursor of an earlier page');
}

/** The option of a verb that asks before it changes something. */
export function addYesOption(command: Command): Command {
  return command.option('-y, --yes', 'do not ask; needed if no terminal can answer');
}

const connectionOption = (flags: string, description: string) =>
  new Option(flags, description).helpGroup('Connection:');
const outputOption = (flags: string, description: string) => new Option(flags, description).helpGroup('Output:');
