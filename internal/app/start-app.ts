import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Config } from '../../config/config.js';
import { listen as listenHttp } from '../api/listen.js';
import { makeApi } from '../api/make-api.js';
import { systemClock } from '../clock.js';
import { type Dispatch, makeDispatch } from '../dispatch/dispatch.js';
import { makeMembership } from '../dispatch/membership.js';
import { Catalog } from '../domain/catalog.js';
import { messageOf } from '../errors.js';
import { makeAcceptor } from '../intake/acceptor.js';
import { type CatalogSync, makeCatalogSync } from '../intake/catalog-sync.js';
import { type CoreIntake, makeCoreIntake } from '../intake/core-intake.js';
import { natsOptions } from '../intake/nats-settings.js';
import type { Logger } from '../logger.js';
import { makeSender } from '../outbound/sender.js';
import { repeat } from '../repeat.js';
import { loadCatalogChanges, loadCatalogVersion } from '../store/catalog-changes.js';
import { connectionFor } from '../store/connection.js';
import { disableWebhook } from '../store/disable-webhook.js';
import { beat, burySilentInstances, leave, registerInstance } from '../store/journal/instances.js';
import { makeJournal } from '../store/journal/journal.js';
import { makeJournalPool } from '../store/journal/journal-pool.js';
import { ensurePartitionsAhead } from '../store/journal/partitions.js';
import { makeKnex } from '../store/knex.js';
import { listen as listenToDatabase } from '../store/listen.js';
import { makeCleanup } from './cleanup.js';
import { makeMetrics } from './metrics.js';
import { openDatabase } from './open-database.js';
import { findProblems } from './readiness.js';
import { serveMetrics } from './serve-metrics.js';

export interface StartOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly version: string;
  /** Bring the schema up before anything else; else it must be there. */
  readonly migrate: boolean;
  /** Ends the waiting for dependencies that are not there yet. */
  readonly signal: AbortSignal;
}

export interface App {
  readonly port: number;
  readonly metricsPort: number;
  /** Finishes what was taken, within the grace period. May be called twice. */
  stop(): Promise<void>;
}

const HTTP_GRACE_MS = 2000;
const PARTITIONS_EVERY_MS = 3_600_000;
/** Parts of the grace period: requests may run for the first, the journal may commit for the rest. */
const SENDING_SHARE = 0.8;

/** The only place that constructs: starts the rooms in order and stops them in reverse. */
export async function startApp(options: StartOptions): Promise<App> {
  const cleanup = makeCleanup(options.logger);
  try {
    return await start(options, cleanup);
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function start(options: StartOptions, cleanup: ReturnType<typeof makeCleanup>): Promise<App> {
  const { config, logger, version } = options;
  const clock = systemClock;
  const connection = connectionFor(config.database, `hukz/${version}`);
  await openDatabase({ connection, migrate: options.migrate, logger, signal: options.signal });

  const db = makeKnex(connection, { max: config.database.apiPool });
  cleanup.add('api pool', () => db.destroy());
  const pool = makeJournalPool(connection, config.database.journalPool, logger);
  cleanup.add('journal pool', pool.stop);
  const ensurePartitions = () => ensurePartitionsAhead(pool, clock.now());
  await ensurePartitions();
  const partitions = repeat(ensurePartitions, {
    everyMs: PARTITIONS_EVERY_MS,
    onError: (error) => logger.error('partitions.failed', { error: messageOf(error) }),
  });
  cleanup.add('partitions', partitions.stop);

  const metrics = makeMetrics(clock.now);
  const membership = makeMembership({
    register: (id) => registerInstance(pool, id, hostname()),
    beat: (id) => beat(pool, id),
    burySilent: (silentMs) => burySilentInstances(pool, silentMs),
    leave: (id) => leave(pool, id),
    onDeath: () => dispatch.forget(),
    onTrusted: () => dispatch.resume(),
    clock,
    logger,
    timeoutMs: config.instanceTimeoutMs,
  });
  const journal = makeJournal({
    pool,
    logger,
    random: Math.random,
    instanceId: membership.id,
    onFlush: metrics.onFlush,
  });

  const catalog = new Catalog();
  const catalogSync: CatalogSync = makeCatalogSync({
    catalog,
    loadVersion: () => loadCatalogVersion(pool),
    loadChanges: (since) => loadCatalogChanges(pool, since),
    listen: (notified) => listenToDatabase(connection, 'hukz_catalog', logger, notified),
    reconcile: () => intake.reconcile(),
    onChanged: () => dispatch.wakeHeld(),
    logger,
  });

  const sender = makeSender({ version, clock, ...config.request });
  cleanup.add('sender', sender.stop);
  const dispatch: Dispatch = makeDispatch(
    {
      ...journal,
      send: (delivery, webhook, signal) =>
        sender.send(
          {
            url: webhook.url,
            deliveryId: delivery.id,
            subject: delivery.message.subject,
            attempt: delivery.attempts + 1,
            body: delivery.message.body,
          },
          signal,
        ),
      disableWebhook: async (id, because) => {
        const disabled = await disableWebhook(pool, id, because);
        if (disabled) logger.warn('webhook.disabled', { webhook_id: id, because });
        await catalogSync.refresh();
      },
      findWebhook: (id) => catalog.webhook(id),
      refreshCatalog: catalogSync.refresh,
      isTrusted: membership.isTrusted,
      onAttempt: (attempt) => {
        metrics.onAttempt(attempt);
        logger.debug('delivery.attempted', {
          delivery_id: attempt.delivery.id,
          webhook_id: attempt.webhook.id,
          attempt: attempt.delivery.attempts + 1,
          outcome: attempt.outcome,
          status: attempt.status,
          error: attempt.error,
          ms: Math.round(attempt.durationMs),
        });
      },
      policy: config.retry,
      clock,
      random: Math.random,
      logger,
    },
    config.dispatch,
  );
  const acceptor = makeAcceptor({
    catalog,
    accept: journal.accept,
    tryReserve: dispatch.tryReserve,
    release: dispatch.release,
    enqueue: dispatch.enqueue,
    randomUuid: randomUUID,
    clock,
    logger,
    limits: config.intake,
    storeUnmatched: config.intake.storeUnmatched,
  });
  const intake: CoreIntake = makeCoreIntake({
    acceptor,
    queueGroup: config.queueGroup,
    options: await natsOptions(config.nats, `hukz/${version}`),
    subjects: () => catalog.subjects(),
    refresh: catalogSync.refresh,
    logger,
  });

  await membership.start();
  cleanup.add('membership', membership.stop);
  await catalogSync.start();
  dispatch.start();
  cleanup.add('dispatch', () => dispatch.stop(0));
  cleanup.add('catalog', catalogSync.stop);

  let stopping = false;
  metrics.observe({
    intake: acceptor.stats,
    dispatch: dispatch.stats,
    sender: sender.stats,
    subscriptions: intake.subscriptions,
    catalog: () => catalog.size,
    statements: pool.statements,
  });
  const metricsServer = await serveMetrics(metrics, { host: config.host, port: config.metricsPort });
  cleanup.add('metrics', metricsServer.stop);
  const api = makeApi({
    db,
    catalogChanged: () => catalogSync.refresh(),
    intakeProblem: () => {
      const problem = intake.connectionProblem();
      return problem && `NATS: ${problem}`;
    },
    readiness: () =>
      findProblems({
        db,
        journalTrouble: journal.trouble,
        natsProblem: intake.connectionProblem,
        subscriptionProblem: intake.subscriptionProblem,
        isTrusted: membership.isTrusted,
        isStopping: () => stopping,
      }),
    logger,
    version,
    development: config.mode === 'development',
    allowAllSubjects: config.intake.allowAllSubjects,
  });
  const server = await listenHttp(api, { host: config.host, port: config.port });
  cleanup.add('http', () => server.stop(HTTP_GRACE_MS));
  cleanup.add('nats', intake.stop);
  await intake.start();

  /** Take nothing new, commit what was taken, finish what runs; only then close what it needed. */
  const finish = async () => {
    stopping = true;
    const giveUp = setTimeout(journal.abandon, config.shutdownGraceMs);
    await catalogSync.stop();
    await intake.drain();
    await dispatch.stop(config.shutdownGraceMs * SENDING_SHARE);
    clearTimeout(giveUp);
    await cleanup.run();
  };
  let stopped: Promise<void> | undefined;
  logger.info('app.started', {
    version,
    port: server.port,
    metrics_port: metricsServer.port,
    instance: membership.id(),
  });
  return { port: server.port, metricsPort: metricsServer.port, stop: () => (stopped ??= finish()) };
}
