import { Counter, type Registry } from 'prom-client';

/** The statuses of answers to messages that are published over HTTP. */
const STATUSES = [202, 400, 401, 403, 404, 413, 415, 422, 429, 503];

/** Counts the answers to messages that are published over HTTP. */
export function makePublishedCounter(registers: readonly Registry[]): (status: number) => void {
  const published = new Counter({
    name: 'hukz_http_messages_total',
    help: 'Answers to messages that were published over HTTP, by status; a request that is refused as a whole counts once',
    labelNames: ['status'],
    registers: [...registers],
  });
  // Every series exists from the start. Otherwise an alert rule about a series could not fire before the first event.
  const counters = new Map(STATUSES.map((status) => [status, published.labels(String(status))]));
  for (const counter of counters.values()) counter.inc(0);
  return (status) => counters.get(status)?.inc();
}
