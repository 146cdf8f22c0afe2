import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { parse } from 'dotenv';
import { usageError } from '../command-failed.js';
import type { Invocation } from '../invocation.js';
import { configureProgram } from '../program/configure.js';
import { parseAndRun } from '../program/run-program.js';
import { inSession } from '../session/open-session.js';
import { createApplication, createEndpoint, createEvent } from './verbs.js';

/** The commands of webhooks-rs, with the sentences that its command line prints. */
export function runWebhooksCli(here: Invocation, args: readonly string[]): Promise<number> {
  const program = configureProgram(new Command('webhooks-cli'), here).description(
    'The command line of webhooks-rs, for hukz. It reads SERVER_URL, HUKZ_USER and HUKZ_TOKEN.',
  );
  const run = async (work: Parameters<typeof inSession>[2]) => inSession(here, await connectionOf(here), work);

  program
    .command('application')
    .description('Resource for application management')
    .command('create <name>')
    .description('Creates an application')
    .action((name: string) => run((session) => createApplication(session, name)));
  program
    .command('endpoint')
    .description('Resource for endpoints management')
    .command('create <app_id> <url> <topics...>')
    .description('Creates an endpoint; topics are separated by commas')
    .action((app: string, url: string, topics: readonly string[]) =>
      run((session) => createEndpoint(session, { app, url, topics: topics.flatMap((each) => each.split(',')) })),
    );
  program
    .command('event')
    .description('Resource for events management')
    .command('create <app_id> <topic> <payload>')
    .description('Creates an event with a JSON payload')
    .action((app: string, topic: string, payload: string) =>
      run((session) => createEvent(session, { app, topic, payload })),
    );
  return parseAndRun(program, here, args);
}

/** SERVER_URL of the environment, or of the file `.env`, ends with `/v1/` for webhooks-rs. */
async function connectionOf({ env, cwd }: Invocation): Promise<{ readonly url?: string }> {
  const file = parse(await readFile(join(cwd, '.env')).catch(() => ''));
  const url = env.SERVER_URL || file.SERVER_URL;
  if (url) return { url: url.replace(/\/+(v1\/*)?$/, '') };
  if (env.HUKZ_URL || env.HUKZ_CONTEXT) return {};
  throw usageError('SERVER_URL is not set.', 'Set it to the URL of hukz: SERVER_URL=http://127.0.0.1:8000/v1/');
}
