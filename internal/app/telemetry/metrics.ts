import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RefusalReason } from '../../api/http/refusals.js';
import type { SettledAttempt } from '../../domain/delivery/attempt.js';
import { dueAtOf } from '../../domain/message/headers/due-at.js';
import { MEASURED_TABLES } from '../../store/deliveries/retention.js';
import { ATTEMPT_OUTCOMES, FLUSH_KINDS, REPEATS } from './metric-labels.js';
import { makeOwedGauges, type OwedGauges } from './owed-gauges.js';
import { makePublishedCounter } from './published-counter.js';
import { counters, gauges, type Readings } from './readings.js';
import { makeRefusedCounter } from './refused-counter.js';

export interface Metrics extends OwedGauges {
  onAttempt(attempt: SettledAttempt): void;
  onFlush(kind: 'accept' | 'settle', items: number, ms: number): void;
  /** A statement of the journal failed for a reason unrelated to its rows, and is sent again. */
  onRepeat(statement: string, verdict: string): void;
  /** Starts to show the numbers of the other parts. */
  observe(readings: Readings): void;
  onTableBytes(bytes: ReadonlyMap<string, number>): void;
  /** Deliveries that were accepted and not found anywhere. */
  onAccountOpen(deliveries: number): void;
  onApiRefused(reason: RefusalReason): void;
  /** Called for each answer to a message that is published over HTTP. */
  onPublished(status: number): void;
  readonly contentType: string;
  text(): Promise<string>;
  /** The same report for a parent that adds up the numbers of several workers. */
  report(): Promise<readonly object[]>;
}

const LATENCY_S = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15, 60, 600, 7200, 86_400];
const FLUSH_S = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5];
const BATCH = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];

/**
 * Prometheus metrics in their own registry. Labels have small fixed sets of values: never a URL, a tag or a subject.
 */
export function makeMetrics(now: () => number): Metrics {
  const registers = [new Registry()] as const;
  const [registry] = registers;
  collectDefaultMetrics({ register: registry });
  const info = new Gauge({
    name: 'hukz_info',
    help: 'Always 1. The labels are the version and the durability level',
    labelNames: ['version', 'guarantee', 'promise'],
    aggregator: 'first',
    registers: [...registers],
  });
  const attempts = new Counter({
    name: 'hukz_attempts_total',
    help: 'Attempts by outcome: delivered, failed (a retry follows), dead (given up), local_fault (a fault of hukz)',
    labelNames: ['outcome'],
    registers: [...registers],
  });
  const duration = new Histogram({
    name: 'hukz_attempt_duration_seconds',
    help: 'Duration of a request to a receiver, from its start to the end of the response',
    buckets: LATENCY_S.slice(0, 12),
    registers: [...registers],
  });
  const latency = new Histogram({
    name: 'hukz_delivery_latency_seconds',
    help: 'Time from the receipt of a message, or from the time that it was delayed to, to its delivery to a webhook',
    buckets: LATENCY_S,
    registers: [...registers],
  });
  const batch = new Histogram({
    name: 'hukz_journal_batch_items',
    help: 'Number of items in one statement and commit of the journal',
    labelNames: ['kind'],
    buckets: BATCH,
    registers: [...registers],
  });
  const flush = new Histogram({
    name: 'hukz_journal_flush_seconds',
    help: 'Duration of one statement and commit of the journal',
    labelNames: ['kind'],
    buckets: FLUSH_S,
    registers: [...registers],
  });
  const repeats = new Counter({
    name: 'hukz_journal_repeats_total',
    help: 'Statements of the journal that PostgreSQL could not execute and that were sent again, by the kind of failure',
    labelNames: ['statement', 'verdict'],
    registers: [...registers],
  });
  const tableBytes = new Gauge({
    name: 'hukz_table_bytes',
    help: 'Bytes of a table with its indexes and partitions, measured every ten minutes',
    labelNames: ['table'],
    aggregator: 'max',
    registers: [...registers],
  });
  const accountOpen = new Gauge({
    name: 'hukz_accounting_open',
    help: 'Deliveries missing from the last consistency check. Alert if above 0',
    aggregator: 'max',
    registers: [...registers],
  });
  const owed = makeOwedGauges(registers);
  const onApiRefused = makeRefusedCounter(registers);
  const onPublished = makePublishedCounter(registers);
  // Every series exists from the start. Otherwise an alert rule about a series could not fire before the first event.
  for (const outcome of ATTEMPT_OUTCOMES) attempts.inc({ outcome }, 0);
  for (const labels of REPEATS) repeats.inc(labels, 0);
  for (const kind of FLUSH_KINDS) {
    batch.zero({ kind });
    flush.zero({ kind });
  }
  for (const table of MEASURED_TABLES) tableBytes.set({ table }, 0);

  /**
   * The metrics are looked up by their labels once, because a look-up costs as much as all other counting of an
   * attempt.
   */
  const attemptsBy = byKey((outcome: SettledAttempt['outcome']) => attempts.labels({ outcome }));
  const batchOf = byKey((kind: 'accept' | 'settle') => batch.labels({ kind }));
  const flushOf = byKey((kind: 'accept' | 'settle') => flush.labels({ kind }));

  return {
    onTableBytes(bytes) {
      for (const [table, size] of bytes) tableBytes.set({ table }, size);
    },
    onApiRefused,
    onPublished,
    onAccountOpen: (deliveries) => accountOpen.set(deliveries),
    ...owed,
    onAttempt(attempt) {
      attemptsBy(attempt.outcome).inc();
      duration.observe(attempt.durationMs / 1000);
      if (attempt.outcome === 'delivered')
        latency.observe(Math.max(0, now() - dueAtOf(attempt.delivery.message)) / 1000);
    },
    onFlush(kind, items, ms) {
      batchOf(kind).observe(items);
      flushOf(kind).observe(ms / 1000);
    },
    onRepeat: (statement, verdict) => repeats.inc({ statement, verdict }),
    observe(readings) {
      info.set({ version: readings.version, guarantee: readings.guarantee, promise: readings.guarantee }, 1);
      new Gauge({
        name: 'hukz_intake_degraded',
        help: 'Registered events whose intake is degraded, by reason; a reason that concerns no single event counts as 1',
        labelNames: ['reason'],
        // Each worker reads all events, so that the maximum is the number of affected events.
        aggregator: 'max',
        registers: [...registers],
        collect() {
          for (const [reason, events] of readings.degraded()) this.set({ reason }, events);
        },
      });
      new Counter({
        name: 'hukz_messages_over_limit_total',
        help: 'Messages that exceeded a limit of the space that they name, by limit',
        labelNames: ['limit'],
        registers: [...registers],
        collect() {
          this.reset();
          for (const [limit, messages] of readings.overLimits()) this.inc({ limit }, messages);
        },
      });
      new Counter({
        name: 'hukz_database_sessions_left_total',
        help: 'Database sessions that were discarded after an error or a missing answer of PostgreSQL, by pool',
        labelNames: ['pool'],
        registers: [...registers],
        collect() {
          this.reset();
          for (const [pool, sessions] of Object.entries(readings.sessionsLeft)) this.inc({ pool }, sessions);
        },
      });
      for (const [name, help, read] of counters(readings)) {
        new Counter({
          name,
          help,
          registers: [...registers],
          collect() {
            this.reset();
            this.inc(read());
          },
        });
      }
      for (const [name, help, read, aggregator = 'sum'] of gauges(readings)) {
        new Gauge({
          name,
          help,
          aggregator,
          registers: [...registers],
          collect() {
            this.set(read());
          },
        });
      }
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
    report: () => registry.getMetricsAsJSON(),
  };
}

function byKey<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known) return known;
    const fresh = make(key);
    made.set(key, fresh);
    return fresh;
  };
}
