import { Counter, type Registry } from 'prom-client';
import { REFUSAL_REASONS, type RefusalReason } from '../../api/http/refusals.js';

/**
 * Counts refused callers of the API and of /metrics. The parent of workers has such a counter too, because it serves
 * /metrics.
 */
export function makeRefusedCounter(registers: readonly Registry[]): (reason: RefusalReason) => void {
  const refused = new Counter({
    name: 'hukz_api_refused_total',
    help: 'Requests to the API and to /metrics that were refused because of their host, the page that sent them, API_RATE or METRICS_TOKEN, and connections that were closed, by reason',
    labelNames: ['reason'],
    registers: [...registers],
  });
  // Every series exists from the start. Otherwise an alert rule about a series could not fire before the first event.
  for (const reason of REFUSAL_REASONS) refused.inc({ reason }, 0);
  return (reason) => refused.inc({ reason });
}
