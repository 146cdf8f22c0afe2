import type { Cleanup } from '../cleanup.js';
import { makeFiringRules } from '../domain/matching/firing-rules.js';
import { runAccounting } from '../upkeep/run-accounting.js';
import { runErasures } from '../upkeep/run-erasures.js';
import { runExpiry } from '../upkeep/run-expiry.js';
import { runDisabling, runResumes } from '../upkeep/run-patience.js';
import { runReplays } from '../upkeep/run-replays.js';
import { runRetention } from '../upkeep/run-retention.js';
import { watchBacklog } from '../upkeep/watch-backlog.js';
import { watchStalled } from '../upkeep/watch-stalled.js';
import type { Base } from './base.js';
import type { Core } from './construct.js';

/** Maximum replay work, in seconds, that may be due and not sent yet. */
const MAX_WAITING_S = 10;

/**
 * Starts the work beside the delivery of messages: replays, erasures, retention, the check of the account, and the
 * counts of due, parked and dead deliveries.
 */
export function startUpkeep({ config, clock, logger }: Base, core: Core, cleanup: Cleanup): void {
  const { pool } = core.store;
  const { onWebhook: onDisabled } = core.deliveryEvents;
  const { ratePerSecond } = config.replay;
  const pace = { ratePerSecond, maxWaiting: MAX_WAITING_S * ratePerSecond };
  const rules = makeFiringRules(core.registry.subjectRules, config.intake.filterMaxBytes);
  cleanup.add('replays', runReplays({ pool, pace, rules, logger }).stop);
  const reach = {
    queuedMessages: core.dispatch.queuedMessages,
    forgetMessages: core.dispatch.forgetMessages,
    eraseCopies: core.inbound.intake.eraseCopies,
  };
  const { filterMaxBytes: maxBytes } = config.intake;
  cleanup.add('erasures', runErasures({ pool, reach, maxBytes, watch: core.erasures, logger }).stop);
  const { onTableBytes, onAccountOpen, onBacklog, onStalled } = core.metrics;
  cleanup.add('resumes', runResumes({ pool, logger }).stop);
  const { disableAfterMs } = config.patience;
  cleanup.add('disabling', runDisabling({ pool, disableAfterMs, logger, onDisabled }).stop);
  if (config.egress.webhookListeners) cleanup.add('expiry', runExpiry({ pool, logger }).stop);
  cleanup.add('retention', runRetention({ pool, limits: config.retention, logger, onTableBytes }).stop);
  cleanup.add('accounting', runAccounting({ pool, clock, logger, onOpen: onAccountOpen }).stop);
  cleanup.add('backlog', watchBacklog({ pool, logger, onBacklog }).stop);
  cleanup.add('stalled', watchStalled({ pool, logger, onStalled }).stop);
}
