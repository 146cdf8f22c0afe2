import type { Config } from '../../config/config.js';
import type { Clock } from '../clock.js';
import { makeFiringRules } from '../domain/firing-rules.js';
import type { SubjectRules } from '../domain/subject.js';
import type { Logger } from '../logger.js';
import type { JournalPool } from '../store/journal/journal-pool.js';
import type { Cleanup } from './cleanup.js';
import type { Metrics } from './metrics.js';
import { runAccounting } from './run-accounting.js';
import { type DisablingParts, runDisabling, runResumes } from './run-patience.js';
import { runReplays } from './run-replays.js';
import { runRetention } from './run-retention.js';
import { watchBacklog } from './watch-backlog.js';

export interface UpkeepParts {
  readonly config: Pick<Config, 'retention' | 'replay' | 'patience'>;
  readonly pool: JournalPool;
  readonly subjectRules: SubjectRules;
  readonly clock: Clock;
  readonly logger: Logger;
  onDisabled: DisablingParts['onDisabled'];
  readonly metrics: Pick<Metrics, 'onTableBytes' | 'onAccountOpen' | 'onBacklog'>;
}

/** Seconds of replaying that may be due and not sent yet. */
const MOST_WAITING_S = 10;

/** What runs beside the way of a message: replays, retention, whether the account closes, and how far sending is behind. */
export function startUpkeep(parts: UpkeepParts, cleanup: Cleanup): void {
  const { config, pool, clock, logger, metrics, onDisabled } = parts;
  const { ratePerSecond } = config.replay;
  const pace = { ratePerSecond, mostWaiting: MOST_WAITING_S * ratePerSecond };
  cleanup.add('replays', runReplays({ pool, pace, rules: makeFiringRules(parts.subjectRules), logger }).stop);
  const { onTableBytes, onAccountOpen, onBacklog } = metrics;
  cleanup.add('resumes', runResumes({ pool, logger }).stop);
  const { disableAfterMs } = config.patience;
  cleanup.add('disabling', runDisabling({ pool, disableAfterMs, logger, onDisabled }).stop);
  cleanup.add('retention', runRetention({ pool, limits: config.retention, logger, onTableBytes }).stop);
  cleanup.add('accounting', runAccounting({ pool, clock, logger, onOpen: onAccountOpen }).stop);
  cleanup.add('backlog', watchBacklog({ pool, logger, onBacklog }).stop);
}
