import type { IntakeStats } from '../intake.js';

/** The numbers of several connections together. All of them share the counters at the boundary to the client. */
export function added(sum: IntakeStats, one: IntakeStats): IntakeStats {
  return {
    ...sum,
    subscriptions: sum.subscriptions + one.subscriptions,
    streamPending: sum.streamPending + one.streamPending,
    streamGap: sum.streamGap + one.streamGap,
    streamLost: sum.streamLost + one.streamLost,
    journalWentBack: sum.journalWentBack + one.journalWentBack,
    receiptsRefused: sum.receiptsRefused + one.receiptsRefused,
  };
}

/** The numbers of a connection that has ended: what it has counted stays, so that no metric goes back. */
export const ended = (stats: IntakeStats): IntakeStats => ({ ...stats, subscriptions: 0, streamPending: 0 });
