import { availableParallelism } from 'node:os';
import type { Config } from '../../config/config.js';
import type { Logger } from '../../internal/logger.js';
import { startWorkers } from '../../internal/workers/start-workers.js';
import { nameThePort, runApp } from './run-app.js';
import { runUntilAsked } from './run-until-asked.js';

export interface Ports {
  readonly port: number;
  readonly metricsPort: number;
}

export interface ServiceOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly version: string;
  readonly migrate: boolean;
  /** Resolves when the service is asked to stop, possibly while the service still waits for a dependency. */
  readonly asked: Promise<NodeJS.Signals>;
  readonly onStarted?: (ports: Ports) => Promise<void>;
}

/** Runs the service in this process, or in as many processes as `WORKERS` says, until it is asked to stop. */
export async function runService(options: ServiceOptions): Promise<void> {
  const { config, logger, version, onStarted } = options;
  const asked = options.asked.then((signal) => logger.info('app.stopping', { signal }));
  const count = config.workers === 'auto' ? availableParallelism() : config.workers;
  if (count === 1) {
    await runApp({
      ...options,
      asked,
      async onStarted(app) {
        const { port, metricsPort, guarantee } = app;
        logger.info('app.started', {
          version,
          port,
          metrics_port: metricsPort,
          instance: app.instance(),
          intake: config.intake.source,
          guarantee,
        });
        await onStarted?.(app);
      },
    });
  } else {
    await runUntilAsked({
      start: (signal) =>
        startWorkers({ ...options, count, signal }).catch((error: unknown) => {
          throw nameThePort(error, config);
        }),
      asked,
      async onStarted({ port, metricsPort }) {
        logger.info('app.started', { version, port, metrics_port: metricsPort, workers: count });
        await onStarted?.({ port, metricsPort });
      },
    });
  }
  logger.info('app.stopped');
}
