import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import { readMetrics } from '../metrics.js';
import type { BoundedCount } from './bounded-count.js';

const REPORTED_WITHIN_MS = 12_000;
const ROWS = 4;

/**
 * Counts the rows written per delivery so far. This is the last gate: by then all backends have reported their counts.
 */
export async function rowGates({ database, service }: Bench): Promise<readonly BoundedCount[]> {
  const deliveries = (await readMetrics(service.metrics)).get('hukz_deliveries_accepted_total') ?? Number.NaN;
  const deadline = Date.now() + REPORTED_WITHIN_MS;
  let rows = await database.rowsWritten();
  while (rows < deliveries * ROWS && Date.now() < deadline) {
    await sleep(200);
    rows = await database.rowsWritten();
  }
  return [
    {
      what: 'rows inserted and deleted per delivery',
      value: rows / deliveries,
      atMost: ROWS + 0.05,
      worse:
        'more is written than a row of messages, a row of deliveries (inserted and deleted) and a row of webhook_logs',
    },
    {
      what: 'rows of deliveries updated per delivery',
      value: (await database.claimed()) / deliveries,
      atMost: 0.5,
      worse:
        'a delivery that is sent at once is inserted with its owner and never updated; only waiting ones are claimed',
    },
  ];
}
