import { BenchFailure } from './failure.js';
import type { Logged } from './load/database.js';
import { growth, type Metrics } from './metrics.js';
import type { ArrivalReport } from './workers/arrivals.js';

/** A benchmark has failed if it loses or duplicates a message or does not log one, however fast it was. */
export function checkArrivals({ distinct, duplicates, strays }: ArrivalReport, count: number): void {
  if (distinct === count && duplicates === 0 && strays === 0) return;
  throw new BenchFailure(
    `of ${count} deliveries ${distinct} arrived; ${duplicates} requests were duplicates, ${strays} had no mark of this run`,
  );
}

export function checkNoneDropped(before: Metrics, after: Metrics): void {
  const dropped = growth('hukz_messages_dropped_total', before, after);
  if (dropped > 0) throw new BenchFailure(`the service dropped ${dropped} messages: its intake queue was full`);
}

export function checkLogged(logged: Logged, expected: Logged): void {
  if (logged.messages === expected.messages && logged.deliveries === expected.deliveries) return;
  throw new BenchFailure(
    `${expected.deliveries} deliveries of ${expected.messages} messages arrived, but webhook_logs has ` +
      `${logged.deliveries} of ${logged.messages}`,
  );
}
