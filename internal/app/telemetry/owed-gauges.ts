import { Gauge, type Registry } from 'prom-client';
import type { Backlog } from '../../store/deliveries/backlog.js';
import { PARKED_REASONS } from '../../store/deliveries/parked.js';
import type { Stalled } from '../../upkeep/watch-stalled.js';

export interface OwedGauges {
  onBacklog(backlog: Backlog): void;
  onStalled(stalled: Stalled): void;
}

/** Shows what the database owes, as it was measured last. All instances measure the same. */
export function makeOwedGauges(registers: readonly Registry[]): OwedGauges {
  const due = new Gauge({
    name: 'hukz_deliveries_due',
    help: 'Deliveries that are due and not in the memory of any instance, counted up to 10,000 every 15 seconds',
    aggregator: 'max',
    registers: [...registers],
  });
  const oldestDue = new Gauge({
    name: 'hukz_oldest_due_seconds',
    help: 'Time that the oldest due delivery has waited, measured every 15 seconds. 0 if none is due',
    aggregator: 'max',
    registers: [...registers],
  });
  const parked = new Gauge({
    name: 'hukz_deliveries_parked',
    help: 'Deliveries that are not sent until something changes, by reason, counted every minute; 10,000 is at least 10,000',
    labelNames: ['reason'],
    aggregator: 'max',
    registers: [...registers],
  });
  const dead = new Gauge({
    name: 'hukz_dead_letters',
    help: 'Dead letters that are kept, counted every minute; 10,000 is at least 10,000',
    aggregator: 'max',
    registers: [...registers],
  });
  // Every series exists from the start, so that an alert rule never misses one.
  for (const reason of PARKED_REASONS) parked.set({ reason }, 0);

  return {
    onBacklog({ deliveries, oldestSeconds }) {
      due.set(deliveries);
      oldestDue.set(oldestSeconds);
    },
    onStalled({ parked: counts, deadLetters }) {
      for (const [reason, deliveries] of counts) parked.set({ reason }, deliveries);
      dead.set(deadLetters);
    },
  };
}
