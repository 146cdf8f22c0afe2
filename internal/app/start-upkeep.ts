import type { Cleanup } from '../cleanup.js';
import { makeFiringRules } from '../domain/matching/firing-rules.js';
import { runAccounting } from '../upkeep/run-accounting.js';
import { runDisabling, runResumes } from '../upkeep/run-patience.js';
import { runReplays } from '../upkeep/run-replays.js';
import { runRetention } from '../upkeep/run-retention.js';
import { watchBacklog } from '../upkeep/watch-backlog.js';
import type { Base } from './base.js';
import type { Core } from './construct.js';

/** Seconds of replaying that may be due and not sent yet. */
const MAX_WAITING_S = 10;

/** What runs beside the way of a message: replays, retention, whether the account closes, and how far sending is behind. */
export function startUpkeep({ config, clock, logger }: Base, core: Core, cleanup: Cleanup): void {
  const { pool } = core.store;
  const { onWebhook: onDisabled } = core.deliveryEvents;
  const { ratePerSecond } = config.replay;
  const pace = { ratePerSecond, maxWaiting: MAX_WAITING_S * ratePerSecond };
  cleanup.add('replays', runReplays({ pool, pace, rules: makeFiringRules(core.registry.subjectRules), logger }).stop);
  const { onTableBytes, onAccountOpen, onBacklog } = core.metrics;
  cleanup.add('resumes', runResumes({ pool, logger }).stop);
  const { disableAfterMs } = config.patience;
  cleanup.add('disabling', runDisabling({ pool, disableAfterMs, logger, onDisabled }).stop);
  cleanup.add('retention', runRetention({ pool, limits: config.retention, logger, onTableBytes }).stop);
  cleanup.add('accounting', runAccounting({ pool, clock, logger, onOpen: onAccountOpen }).stop);
  cleanup.add('backlog', watchBacklog({ pool, logger, onBacklog }).stop);
}
