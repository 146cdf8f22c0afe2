import { Command } from 'commander';
import type { Invocation } from '../invocation.js';
import { registerCompletion } from './completion.js';
import { configureProgram } from './configure.js';
import { registerContext } from './context.js';
import { registerDeclare } from './declare.js';
import { registerGoService } from './go-service.js';
import { registerLocal } from './local.js';
import { registerObserve } from './observe.js';
import { registerAudit } from './resources/audit.js';
import { registerDead } from './resources/dead.js';
import { registerDelivery } from './resources/delivery.js';
import { registerErasure } from './resources/erasure.js';
import { registerEvent } from './resources/event.js';
import { registerEventSchema } from './resources/event-schema.js';
import { registerExplain } from './resources/explain.js';
import { registerLog } from './resources/log.js';
import { registerMessage } from './resources/message.js';
import { registerQuarantine } from './resources/quarantine.js';
import { registerReplay } from './resources/replay.js';
import { registerSpace } from './resources/space.js';
import { registerWebhook } from './resources/webhook.js';
import { registerWebhookCalls } from './resources/webhook-calls.js';
import { registerService } from './service.js';
import { registerTryVerbs } from './try-verbs.js';

/** Each group of commands, in the order of the help. */
const GROUPS: Readonly<Record<string, readonly ((program: Command, here: Invocation) => void)[]>> = {
  'The service:': [registerService, registerGoService],
  'On this machine:': [registerLocal],
  'For a receiver in development:': [registerTryVerbs],
  'The connection to a running service:': [registerContext],
  'Resources of a running service:': [
    registerSpace,
    registerEvent,
    registerEventSchema,
    registerWebhook,
    registerWebhookCalls,
    registerExplain,
    registerMessage,
    registerErasure,
    registerQuarantine,
    registerDelivery,
    registerLog,
    registerDead,
    registerAudit,
    registerReplay,
  ],
  'The state of a running service:': [registerObserve],
  'Events and webhooks as files:': [registerDeclare],
  'The shell:': [registerCompletion],
};

/**
 * The command line. Files of this folder import no verb and no part of the service: a verb is imported when it is
 * called, so that `hukz --version` and completion are fast.
 */
export function makeProgram(here: Invocation): Command {
  const program = configureProgram(new Command('hukz'), here)
    .description('Turns NATS messages into webhooks: durable, retried, logged in PostgreSQL.')
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
