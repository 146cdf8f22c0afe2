import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import { readMetrics } from '../metrics.js';
import type { Held } from './held.js';

const REPORTED_WITHIN_MS = 12_000;
const ROWS = 4;

/** Rows written by all that was delivered so far. The last of the gates: by then the backends have reported theirs. */
export async function rowGates({ database, service }: Bench): Promise<readonly Held[]> {
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
        'it is one row of messages, one of deliveries that comes and goes, and one of webhook_logs; something writes more',
    },
    {
      what: 'rows of deliveries updated per delivery',
      value: (await database.claimed()) / deliveries,
      atMost: 0.5,
      worse:
        'what is sent at once is owned at birth and never updated, only what had to wait in the database is claimed',
    },
  ];
}
