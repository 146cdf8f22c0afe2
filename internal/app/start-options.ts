import type { Config } from '../../config/config.js';
import type { Logger } from '../logger.js';
import type { Metrics } from './telemetry/metrics.js';
import type { MetricsServer } from './telemetry/serve-metrics.js';

export interface StartOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly version: string;
  /** Whether to apply the migrations first. Otherwise the schema must be up to date. */
  readonly migrate: boolean;
  /** Ends the wait for dependencies that are not available yet. */
  readonly signal: AbortSignal;
  /** Present in a worker. */
  readonly parent?: WorkerParent;
}

/** The process that started this one and other workers. It has buried the predecessors of all of them. */
export interface WorkerParent {
  /** Called with each id before this instance uses it. */
  onInstance(id: string): void;
  /** Shows the metrics instead of a server on `METRICS_PORT`. */
  showMetrics(metrics: Metrics): Promise<MetricsServer>;
}
