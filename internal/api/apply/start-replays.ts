import type { ReplayOutcome } from '../../domain/delivery/replay.js';
import type { Db } from '../../store/postgres/knex.js';
import { loadNow } from '../../store/postgres/load-now.js';
import { insertReplay } from '../../store/replay/replays.js';
import type { Deliveries } from '../api-deps.js';
import type { ApplyHead } from './apply-body.js';
import type { AnyStep, Done } from './carry-out.js';

/** The outcomes that are replayed for a changed webhook. Deliveries that wait for an attempt are sent anyway. */
const OUTCOMES: Readonly<Record<ApplyHead['on_change'], readonly ReplayOutcome[]>> = {
  none: [],
  missing: ['missing'],
  all: ['missing', 'delivered', 'dead', 'cancelled', 'lost'],
};

interface Starting extends Pick<Deliveries, 'reach'> {
  readonly db: Db;
  readonly userId: number;
  readonly onChange: ApplyHead['on_change'];
}

/**
 * Starts replays for the enabled webhooks that were created or changed, and returns their number. To count their
 * deliveries in advance could take minutes, so they count as they proceed.
 */
export async function startReplays(
  done: ReadonlyMap<AnyStep, Done>,
  { db, userId, onChange, reach }: Starting,
): Promise<number> {
  if (onChange === 'none') return 0;
  const until = await loadNow(db);
  const since = new Date(until.getTime() - reach.messagesMs);
  let count = 0;
  for (const [step, { id, isEnabled }] of done) {
    if (step.kind !== 'webhook' || !isEnabled) continue;
    // Nothing was ever owed to a new webhook.
    for (const outcome of step.do === 'create' ? OUTCOMES.missing : OUTCOMES[onChange]) {
      const request = { webhookId: id, outcome, since, until, event: undefined };
      await insertReplay(db, { ...request, total: 0, createdAt: until, createdById: userId });
      count++;
    }
  }
  return count;
}
