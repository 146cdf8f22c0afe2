import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** All values are in milliseconds. */
export interface Latencies {
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly count: number;
}

/** Three significant digits, up to an hour. */
const SETTINGS = { lowest: 1, highest: 3_600_000_000, figures: 3 };

/**
 * Creates an HdrHistogram of microseconds. Node's own histogram is HdrHistogram's C library, so no package is needed.
 */
export function makeLatencyHistogram(): RecordableHistogram {
  return createHistogram(SETTINGS);
}

export function recordMs(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.min(SETTINGS.highest, Math.max(SETTINGS.lowest, Math.round(ms * 1000))));
}

export function readLatencies(histogram: RecordableHistogram): Latencies {
  const at = (percentile: number) => histogram.percentile(percentile) / 1000;
  return {
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    max: histogram.max / 1000,
    count: histogram.count,
  };
}
