import type { Logger } from '../logger.js';
import type { Repeating } from '../repeat.js';
import { repeatReported } from '../repeat-reported.js';
import type { JournalPool } from '../store/journal/journal-pool.js';
import { stepResumes } from '../store/webhooks/step-resumes.js';
import { disableFailing } from '../store/webhooks/webhook-health.js';

const STEP_EVERY_MS = 1000;
const UNPARKED_PER_STATEMENT = 5000;
const LOOK_EVERY_MS = 60_000;

/** Unparks the backlogs of webhooks that are resumed in steps. All instances take turns. */
export function runResumes({ pool, logger }: { readonly pool: JournalPool; readonly logger: Logger }): Repeating {
  return repeatReported(
    async () => {
      const steps = await stepResumes(pool, UNPARKED_PER_STATEMENT);
      for (const { webhookId: webhook_id, ended, dropped, released } of steps) {
        if (dropped > 0) logger.warn('webhook.backlog_dropped', { webhook_id, deliveries: dropped });
        if (ended) logger.info('webhook.resumed', { webhook_id });
        else logger.debug('webhook.resuming', { webhook_id, released });
      }
      return steps.some(({ dropped }) => dropped === UNPARKED_PER_STATEMENT);
    },
    { everyMs: STEP_EVERY_MS, logger, line: 'resume.failed' },
  );
}

export interface DisablingParts {
  readonly pool: JournalPool;
  /** 0 disables the rule, except for webhooks with a limit of their own. */
  readonly disableAfterMs: number;
  readonly logger: Logger;
  onDisabled(webhook: { readonly id: number; readonly spaceId: number }, kind: 'disabled', because: string): void;
}

/** Disables webhooks whose deliveries have only failed for too long. */
export function runDisabling({ pool, disableAfterMs, logger, onDisabled }: DisablingParts): Repeating {
  return repeatReported(
    async () => {
      for (const { id, space_id: spaceId, because } of await disableFailing(pool, disableAfterMs)) {
        onDisabled({ id, spaceId }, 'disabled', because);
        logger.warn('webhook.disabled', { webhook_id: id, because });
      }
    },
    { everyMs: LOOK_EVERY_MS, logger, line: 'disabling.failed' },
  );
}
