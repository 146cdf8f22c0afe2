import { makeLogger } from '../../internal/winston-logger.js';
import { findParent, type ParentLink } from '../../internal/workers/parent-link.js';
import { BEATS_PER_LIMIT } from '../../internal/workers/watch-stalls.js';
import { CommandFailed } from '../command-failed.js';
import { explainFailure } from '../explain-failure.js';
import type { Invocation } from '../invocation.js';
import { runApp } from './run-app.js';
import { untilSignal } from './until-signal.js';

/** `hukz worker`: one of several processes of the service. `hukz serve` starts, configures and replaces it. */
export async function work(here: Invocation): Promise<void> {
  const parent = findParent();
  if (!parent) throw new CommandFailed('"hukz serve" starts workers if WORKERS is above 1; do not start one manually');
  const asked = Promise.race([untilSignal(), parent.asked]);
  try {
    await run(here, parent, asked);
  } catch (error) {
    // The parent reports the failure once for all workers.
    await parent.send({ kind: 'failed', sentence: explainFailure(error) });
    process.exit(1);
  }
  process.exit(0);
}

async function run(here: Invocation, parent: ParentLink, asked: Promise<unknown>): Promise<void> {
  const config = await Promise.race([parent.config, asked.then(() => undefined)]);
  if (!config) return;
  const logger = makeLogger({ ...config.log, fields: { worker: process.pid } });
  const beating = setInterval(() => void parent.send({ kind: 'alive' }), config.instanceTimeoutMs / BEATS_PER_LIMIT);
  await runApp({
    config,
    logger,
    version: here.version,
    // The parent has already migrated the schema.
    migrate: false,
    asked,
    parent: {
      onInstance: (id) => void parent.send({ kind: 'instance', id }),
      async showMetrics({ report }) {
        parent.reportBy(report);
        return { port: 0, stop: async () => undefined };
      },
    },
    async onStarted(app) {
      logger.info('worker.started', {
        instance: app.instance(),
        intake: config.intake.source,
        guarantee: app.guarantee,
      });
      await parent.send({ kind: 'started', port: app.port });
    },
  }).finally(() => clearInterval(beating));
  logger.debug('worker.stopped');
}
