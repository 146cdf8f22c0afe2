import type { Config } from '../../config/config.js';
import { listen as listenHttp } from '../api/listen.js';
import { makeRefusals } from '../api/refusals.js';
import { systemClock } from '../clock.js';
import { correctClock } from '../corrected-clock.js';
import { Catalog } from '../domain/catalog.js';
import { countByReason } from '../domain/degradation.js';
import { makeEgressRules } from '../domain/egress-rules.js';
import { makeCatalogSync } from '../intake/catalog-sync.js';
import { makePermittedEvents } from '../intake/permitted-events.js';
import type { Logger } from '../logger.js';
import { loadCatalogChanges, loadCatalogStamp } from '../store/catalog-changes.js';
import { makeJournal } from '../store/journal/journal.js';
import { listen as listenToDatabase } from '../store/listen.js';
import { makeVault } from '../store/vault.js';
import { connectionBounds } from './bounds-of-connections.js';
import { buryPredecessors } from './bury-predecessors.js';
import { capWebhooks } from './cap-webhooks.js';
import { type Cleanup, makeCleanup } from './cleanup.js';
import { clockDegraded, watchClockOffset } from './clock-offset.js';
import { makeDeadline } from './deadline.js';
import { makeDegradations, notConnected, notStored } from './degradations.js';
import { requestsRefused, spacesAtShare } from './degraded-by-limits.js';
import { doorOf } from './door-of.js';
import { expectDetachedBuffers } from './expect-detached-buffers.js';
import { finish } from './finish.js';
import { growModestly } from './grow-modestly.js';
import { type Metrics, makeMetrics } from './metrics.js';
import { withDatabase } from './open-database.js';
import { openOutwards } from './open-outwards.js';
import { openStore } from './open-store.js';
import { reportKeys } from './report-keys.js';
import { makeResults } from './results.js';
import { type MetricsServer, serveMetrics } from './serve-metrics.js';
import { startUpkeep } from './start-upkeep.js';
import { subjectRulesOf } from './subject-rules.js';
import { wireApi } from './wire-api.js';
import { wireDispatch } from './wire-dispatch.js';
import { wireIntake } from './wire-intake.js';
import { wireMembership } from './wire-membership.js';
import { wireSending } from './wire-sending.js';

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

export interface App {
  readonly port: number;
  readonly metricsPort: number;
  /** The id under which it owns deliveries. */
  instance(): string;
  /** From where on a message is safe. */
  readonly promise: string;
  /** Resolves, with the reason, when nothing will ever succeed again: whoever runs the app should stop it. */
  readonly unusable: Promise<string>;
  /** Finishes what was taken, within the grace period. May be called twice. */
  stop(): Promise<void>;
}

const HTTP_GRACE_MS = 2000;
const FAILED_START_MS = 5000;

/** Constructs everything, starts it in order, and undoes what was started when a part of it fails. */
export async function startApp(options: StartOptions): Promise<App> {
  expectDetachedBuffers();
  const cleanup = makeCleanup(options.logger);
  try {
    return await start(options, cleanup);
  } catch (error) {
    await cleanup.run(makeDeadline(FAILED_START_MS));
    throw error;
  }
}

async function start(options: StartOptions, cleanup: Cleanup): Promise<App> {
  const { config, logger, version, migrate, signal, parent } = options;
  const clock = correctClock(systemClock);
  const applicationName = `hukz/${version}`;
  const metrics = makeMetrics(clock.now);
  const { duplicateWindowMs } = config.stream;
  const { connection, db, pool, heartPool, sessionsLeft } = await openStore(
    { database: config.database, duplicateWindowMs, applicationName, migrate, clock, logger, signal },
    cleanup,
  );

  const membership = wireMembership({
    pool,
    heartPool,
    timeoutMs: config.instanceTimeoutMs,
    name: config.instanceName,
    onInstance: parent?.onInstance,
    clock,
    logger,
  });
  const instanceId = membership.id;
  const { onFlush, onRepeat } = metrics;
  let onUnusable: (problem: string) => void = () => undefined;
  const unusable = new Promise<string>((resolve) => {
    onUnusable = resolve;
  });
  const journal = makeJournal({
    pool,
    logger,
    random: Math.random,
    instanceId,
    duplicateWindowMs,
    onFlush,
    onRepeat,
    onUnusable,
  });
  const catalog = new Catalog();
  const subjectRules = subjectRulesOf(config, logger);
  const permitted = makePermittedEvents(subjectRules, (known, onPart) =>
    loadCatalogChanges(pool, known, (part, history) => onPart(capWebhooks(part, config.ceilings), history)),
  );
  const catalogSync = makeCatalogSync({
    catalog,
    loadStamp: () => loadCatalogStamp(pool),
    loadChanges: permitted.load,
    listen: (notified) => listenToDatabase(connection, 'hukz_catalog', logger, notified),
    logger,
  });
  const rules = makeEgressRules(config.egress);
  const opener = openOutwards(config, rules, logger);
  const { onAttempt } = metrics;
  const vault = makeVault(config.encryptionKeys, config.encryptionStrict);
  await reportKeys({
    db,
    keys: config.encryptionKeys,
    isStrict: config.encryptionStrict,
    mode: config.mode,
    logger,
  });
  const { sender, send, untilReady, testCalls } = wireSending(
    { config, version, opener, vault, clock, logger },
    cleanup,
  );
  const results = makeResults(config.deliveryEvents);
  const dispatch = wireDispatch({
    config,
    pool,
    journal,
    catalog,
    catalogSync,
    membership,
    send,
    untilReady,
    clock,
    logger,
    onAttempt,
    results,
  });
  const clientName = applicationName;
  const { acceptor, intake, streamOrder } = wireIntake({
    config,
    pool,
    journal,
    catalog,
    catalogSync,
    dispatch,
    barred: permitted.subjects,
    instances: membership.living,
    clientName,
    clock,
    logger,
  });
  results.publishBy(intake.publish);
  cleanup.add(
    'heap',
    growModestly(() => acceptor.stats().waiting),
  );
  const refusals = makeRefusals({ logger, onRefused: metrics.onApiRefused });
  const degradations = makeDegradations({
    sources: [
      () => notConnected(intake.connectionProblem()),
      intake.degraded,
      permitted.degraded,
      () => notStored('messages', journal.unstoredMessages()),
      () => notStored('attempts', journal.unstoredAttempts()),
      () => clockDegraded(clock.offsetMs()),
      () => requestsRefused(refusals.running()),
      () => spacesAtShare(dispatch.spacesAtShare()),
    ],
    logger,
  });
  metrics.observe({
    degraded: () => countByReason(degradations.list()),
    version,
    promise: intake.promise,
    acceptor: acceptor.stats,
    intake: intake.stats,
    dispatch: dispatch.stats,
    testCallsRefused: testCalls.refused,
    sender: sender.stats,
    catalog: () => catalog.size,
    catalogWentBack: catalogSync.wentBack,
    clockOffsetMs: clock.offsetMs,
    waiting: () => catalog.waiting,
    resultsDropped: results.dropped,
    statements: pool.statements,
    sessionsLeft,
  });

  const waiting = { logger, signal };
  await withDatabase(() => membership.start({ onDeath: dispatch.forget, onTrusted: dispatch.resume }), waiting);
  cleanup.add('membership', membership.stop);
  if (!parent) {
    await buryPredecessors({ pool, name: config.instanceName, successor: instanceId(), ...waiting });
  }
  const followers = {
    reconcile: intake.reconcile,
    onChanged: dispatch.wakeHeld,
    onReplaced: dispatch.forgetWebhooks,
  };
  await withDatabase(() => catalogSync.start(followers), waiting);
  cleanup.add('catalog', catalogSync.stop);
  dispatch.start();
  cleanup.add('dispatch', () => dispatch.stop(0));
  streamOrder.start();
  cleanup.add('stream order', streamOrder.stop);

  startUpkeep({ config, pool, subjectRules, clock, logger, metrics, onDisabled: results.onWebhook }, cleanup);

  let stopping = false;
  const api = wireApi({
    config,
    db,
    pool,
    vault,
    journal,
    catalog,
    catalogSync,
    membership,
    dispatch,
    intake,
    permitted,
    subjectRules,
    degradations,
    rules,
    testCalls,
    isStopping: () => stopping,
    refusals,
    version,
    logger,
  });
  const connections = connectionBounds(config, refusals, logger);
  const metricsServer = await (parent?.showMetrics(metrics) ??
    serveMetrics(metrics, { ...config.metrics, door: doorOf(config), connections: connections.metrics, refusals }));
  cleanup.add('metrics', metricsServer.stop);
  const server = await listenHttp(api, { host: config.host, port: config.port, connections: connections.api });
  cleanup.add('http', () => server.stop(HTTP_GRACE_MS));
  cleanup.add('nats', intake.stop);
  await intake.start();
  cleanup.add('degradations', degradations.watch().stop);
  cleanup.add('clock', watchClockOffset(clock, logger).stop);

  let stopped: Promise<void> | undefined;
  return {
    port: server.port,
    metricsPort: metricsServer.port,
    instance: instanceId,
    promise: intake.promise,
    unusable,
    stop() {
      stopping = true;
      stopped ??= finish({
        graceMs: config.shutdownGraceMs,
        catalogSync,
        intake,
        streamOrder,
        dispatch,
        journal,
        cleanup,
      });
      return stopped;
    },
  };
}
