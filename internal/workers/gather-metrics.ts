import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client';
import type { RefusalReason } from '../api/http/refusals.js';
import { makeRefusedCounter } from '../app/telemetry/refused-counter.js';
import type { MetricsSource } from '../app/telemetry/serve-metrics.js';
import type { Report } from './protocol.js';

export interface Reporter {
  report(): Promise<Report>;
}

export interface Gathering extends MetricsSource {
  /** Keeps the counts of an ended worker, as of its last report. */
  addDeparted(lastReport: Report): void;
  /** Counts the refusals of the parent itself. */
  onRefused(reason: RefusalReason): void;
}

export interface GatheringDeps {
  reporters(): readonly Reporter[];
  /** Number of running workers. */
  running(): number;
  replaced(): number;
}

/**
 * Presents the workers' metrics as those of one service: counters and histograms are added up, those of ended workers
 * included.
 */
export function gatherMetrics(deps: GatheringDeps): Gathering {
  const own = new Registry();
  const registers = [own];
  new Gauge({
    name: 'hukz_workers',
    help: 'Workers that are ready',
    registers,
    collect() {
      this.set(deps.running());
    },
  });
  new Counter({
    name: 'hukz_workers_replaced_total',
    help: 'Workers that were started in place of one that had ended',
    registers,
    collect() {
      this.reset();
      this.inc(deps.replaced());
    },
  });
  const onRefused = makeRefusedCounter(registers);
  let departed: Promise<Report> = Promise.resolve([]);

  return {
    contentType: own.contentType,
    onRefused,
    async text() {
      const asked = deps.reporters();
      const answers = await Promise.all(asked.map((reporter) => reporter.report()));
      const gone = await departed;
      // A worker that has ended meanwhile is among the departed.
      const present = new Set(deps.reporters());
      const reports = answers.filter((_, index) => present.has(asked[index] as Reporter));
      return add([...reports, gone, await own.getMetricsAsJSON()]).metrics();
    },
    addDeparted(lastReport) {
      departed = departed.then(async (sum) => {
        const both = (await add([sum, lastReport]).getMetricsAsJSON()) as readonly { readonly type: unknown }[];
        return both.filter(({ type }) => type === 'counter' || type === 'histogram');
      });
    },
  };
}

const add = (reports: readonly Report[]) => AggregatorRegistry.aggregate(reports.map((report) => [...report]));
