import { Counter, type Registry } from 'prom-client';

/** The statuses of answers to messages that are published over HTTP. */
const STATUSES = [202, 400, 401, 403, 404, 413, 415, 422, 429, 503];

/** Counts the answers to messages that are published over HTTP. */
export function makePublishedCounter(registers: readonly Registry[]): (status: number) => void {
  // Every series exists from the start. Otherwise an alert rule about a series could not fire before the first event.
  const counts = new Map(STATUSES.map((status) => [status, 0]));
  new Counter({
    name: 'hukz_http_messages_total',
    help: 'Answers to messages that were published over HTTP, by status; a request that is refused as a whole counts once',
    labelNames: ['status'],
    registers: [...registers],
    // The message's way adds to a number; a counter of the library would look up its labels for each message.
    collect() {
      this.reset();
      for (const [status, count] of counts) this.inc({ status: String(status) }, count);
    },
  });
  return (status) => {
    const count = counts.get(status);
    if (count !== undefined) counts.set(status, count + 1);
  };
}
