import cluster from 'node:cluster';
import type { Config } from '../../config/config.js';
import { makeRefusals } from '../api/http/refusals.js';
import { metricsBounds } from '../app/bounds-of-connections.js';
import { doorOf } from '../app/door-of.js';
import { buryPredecessors } from '../app/open/bury-predecessors.js';
import { openDatabase } from '../app/open/open-database.js';
import { CannotStart } from '../app/open/wrong-key.js';
import { serveMetrics } from '../app/telemetry/serve-metrics.js';
import { makeCleanup } from '../cleanup.js';
import { systemClock } from '../clock.js';
import { makeDeadline } from '../deadline.js';
import type { Logger } from '../logger.js';
import { makeJournalPool } from '../store/journal/journal-pool.js';
import { connectionFor } from '../store/postgres/connection.js';
import { buryWorker } from './bury-worker.js';
import { gatherMetrics } from './gather-metrics.js';
import { makeMember } from './member.js';
import { type Supervisor, supervise } from './supervisor.js';
import { watchStalls } from './watch-stalls.js';

export interface WorkersOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly version: string;
  /** Number of workers. */
  readonly count: number;
  readonly migrate: boolean;
  /** Aborts the start, which may wait for PostgreSQL. */
  readonly signal: AbortSignal;
}

export interface Workers {
  readonly port: number;
  readonly metricsPort: number;
  /** Resolves, with a worker's sentence, when no worker can run. The caller should then stop them. */
  readonly unusable: Promise<string>;
  /** Lets the workers finish their accepted work within the grace period. May be called twice. */
  stop(): Promise<void>;
}

/** Time that a worker may need beyond its grace period to close its connections. */
const LATE_MS = 3000;
const FAREWELL_MS = 2000;
const BURY_ANSWER_MS = 5000;

/** The parent of the workers: migrates for all of them, keeps their number constant, and shows their metrics as one. */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const { config, logger, version, count, signal } = options;
  const cleanup = makeCleanup(logger);
  const stop = async () => cleanup.run(makeDeadline(config.shutdownGraceMs + LATE_MS + FAREWELL_MS));
  try {
    const connection = connectionFor(config.database, `hukz/${version}`);
    await openDatabase({ connection, migrate: options.migrate, logger, signal });
    const pool = makeJournalPool({ ...connection, query_timeout: BURY_ANSWER_MS }, 1, logger);
    cleanup.add('burying pool', pool.stop);
    await buryPredecessors({ pool, name: config.instanceName, logger, signal });
    const impatience = new AbortController();
    cleanup.add('burials', async () => impatience.abort());
    const burial = { pool, logger, patienceMs: config.instanceTimeoutMs, signal: impatience.signal };

    cluster.setupPrimary({ args: ['worker'], serialization: 'advanced' });
    const clock = systemClock;
    const supervisor = supervise({
      count,
      startMember: () => makeMember(cluster.fork(), config, clock),
      async onEnded({ instance, lastReport }, isClean) {
        gathering.addDeparted(lastReport);
        if (instance !== undefined && !isClean) await buryWorker(burial, instance);
      },
      clock,
      logger,
    });
    const { members } = supervisor;
    const gathering = gatherMetrics({
      reporters: members,
      running: () => members().filter(({ isReady }) => isReady).length,
      replaced: supervisor.replaced,
    });
    const refusals = makeRefusals({ logger, onRefused: gathering.onRefused });
    const connections = metricsBounds(config, refusals);
    const metricsServer = await serveMetrics(gathering, {
      ...config.metrics,
      door: doorOf(config),
      connections,
      refusals,
    });
    cleanup.add('metrics', metricsServer.stop);
    const watch = watchStalls({ members, limitMs: config.instanceTimeoutMs, clock, logger });
    cleanup.add('stall watch', async () => watch.stop());
    cleanup.add('workers', () => stopWorkers(supervisor, config.shutdownGraceMs, logger));

    const port = await Promise.race([supervisor.start(), refusal(supervisor), abortion(signal)]);
    const { port: metricsPort } = metricsServer;
    return { port, metricsPort, unusable: supervisor.failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Stops the workers within the grace period, by force if necessary. Their deliveries are released afterwards. */
async function stopWorkers(supervisor: Supervisor, graceMs: number, logger: Logger): Promise<void> {
  // If this process exits meanwhile, it kills the workers and does not wait for them.
  process.once('exit', supervisor.kill);
  const stopped = supervisor.stop();
  if (await makeDeadline(graceMs + LATE_MS).within(stopped)) return;
  logger.warn('app.stop_overdue', { part: 'workers', workers: supervisor.members().map(({ pid }) => pid) });
  supervisor.kill();
  await stopped;
}

async function refusal(supervisor: Supervisor): Promise<never> {
  throw new CannotStart(await supervisor.failed);
}

function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(new Error('asked to stop while starting'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
  });
}
