import type { Config } from '../../config/config.js';
import type { Logger } from '../logger.js';
import type { Metrics } from './telemetry/metrics.js';
import type { MetricsServer } from './telemetry/serve-metrics.js';

export interface StartOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly version: string;
  /** Bring the schema up before anything else; else it must be there. */
  readonly migrate: boolean;
  /** Ends the waiting for dependencies that are not there yet. */
  readonly signal: AbortSignal;
  /** Present in a worker. */
  readonly parent?: WorkerParent;
}

/** The process that started this one and others. It has buried the predecessors of all of them. */
export interface WorkerParent {
  /** Told of each id before this instance goes by it. */
  onInstance(id: string): void;
  /** Shows the metrics in place of a server on `METRICS_PORT`. */
  showMetrics(metrics: Metrics): Promise<MetricsServer>;
}
