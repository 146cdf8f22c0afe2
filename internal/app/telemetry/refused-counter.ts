import { Counter, type Registry } from 'prom-client';
import { REFUSAL_REASONS, type RefusalReason } from '../../api/http/refusals.js';

/** Counts what callers of the API and of /metrics are refused. The parent of workers has one too, because it serves /metrics. */
export function makeRefusedCounter(registers: readonly Registry[]): (reason: RefusalReason) => void {
  const refused = new Counter({
    name: 'hukz_api_refused_total',
    help: 'Requests to the API and to /metrics that were refused because of their host, the page that sent them, API_RATE or METRICS_TOKEN, and connections that were closed, by reason',
    labelNames: ['reason'],
    registers: [...registers],
  });
  // A rule about a series that appears with its first event is silent until then.
  for (const reason of REFUSAL_REASONS) refused.inc({ reason }, 0);
  return (reason) => refused.inc({ reason });
}
