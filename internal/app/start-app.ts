import { listen } from '../api/http/listen.js';
import { type Cleanup, makeCleanup } from '../cleanup.js';
import { systemClock } from '../clock.js';
import { correctClock } from '../corrected-clock.js';
import { makeDeadline } from '../deadline.js';
import { watchClockOffset } from '../instance/clock-offset.js';
import type { Base } from './base.js';
import { connectionBounds } from './bounds-of-connections.js';
import { type Core, construct } from './construct.js';
import { doorOf } from './door-of.js';
import { expectDetachedBuffers } from './expect-detached-buffers.js';
import { finish } from './finish.js';
import { buryPredecessors } from './open/bury-predecessors.js';
import { withDatabase } from './open/open-database.js';
import type { StartOptions } from './start-options.js';
import { startUpkeep } from './start-upkeep.js';
import { serveMetrics } from './telemetry/serve-metrics.js';
import { wireApi } from './wire-api.js';
import { wireObservation } from './wire-observation.js';

export interface App {
  readonly port: number;
  readonly metricsPort: number;
  /** The id under which the instance owns deliveries. */
  instance(): string;
  /** The guarantee for messages, and the point from which it holds. */
  readonly guarantee: string;
  /** Resolves with the reason if the app can never succeed again. The caller should then stop the app. */
  readonly unusable: Promise<string>;
  /** Finishes accepted work within the grace period. It may be called twice. */
  stop(): Promise<void>;
}

const HTTP_GRACE_MS = 2000;
const FAILED_START_MS = 5000;

/** Constructs and starts all parts in order, and stops the started parts if another part fails. */
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
  const { config, logger, version, parent } = options;
  const base: Base = { config, version, clock: correctClock(systemClock), logger };
  let onUnusable: (problem: string) => void = () => undefined;
  const unusable = new Promise<string>((resolve) => {
    onUnusable = resolve;
  });
  const core = await construct(base, options, (problem) => onUnusable(problem), cleanup);
  const { membership, journal, dispatch, metrics } = core;
  const { intake, streamOrder } = core.inbound;
  const { catalogSync } = core.registry;
  const observation = wireObservation(base, core);
  const { degradations, refusals } = observation;

  await startCore(core, options, cleanup);
  startUpkeep(base, core, cleanup);

  let stopping = false;
  const api = wireApi(base, core, observation, () => stopping);
  const connections = connectionBounds(config, refusals, logger);
  const metricsServer = await (parent?.showMetrics(metrics) ??
    serveMetrics(metrics, { ...config.metrics, door: doorOf(config), connections: connections.metrics, refusals }));
  cleanup.add('metrics', metricsServer.stop);
  const server = await listen(api, { host: config.host, port: config.port, connections: connections.api });
  cleanup.add('http', () => server.stop(HTTP_GRACE_MS));
  cleanup.add('losses', core.inbound.reportLosses().stop);
  cleanup.add('nats', intake.stop);
  await intake.start();
  cleanup.add('degradations', degradations.watch().stop);
  cleanup.add('clock', watchClockOffset(base.clock, logger).stop);

  let stopped: Promise<void> | undefined;
  return {
    port: server.port,
    metricsPort: metricsServer.port,
    instance: membership.id,
    guarantee: intake.guarantee,
    unusable,
    stop() {
      stopping = true;
      const graceMs = config.shutdownGraceMs;
      stopped ??= finish({ graceMs, catalogSync, intake, streamOrder, dispatch, journal, cleanup });
      return stopped;
    },
  };
}

/** From here on, this instance is alive, has the catalog, and sends. Messages arrive later. */
async function startCore(
  core: Core,
  { config, logger, signal, parent }: StartOptions,
  cleanup: Cleanup,
): Promise<void> {
  const { store, membership, dispatch, inbound, registry } = core;
  const waiting = { logger, signal };
  await withDatabase(() => membership.start({ onDeath: dispatch.forget, onTrusted: dispatch.resume }), waiting);
  cleanup.add('membership', membership.stop);
  if (!parent) {
    const predecessors = { pool: store.pool, name: config.instanceName, successor: membership.id() };
    await buryPredecessors({ ...predecessors, ...waiting });
  }
  const followers = {
    reconcile: inbound.intake.reconcile,
    onChanged: dispatch.wakeParked,
    onReplaced: dispatch.forgetWebhooks,
  };
  await withDatabase(() => registry.catalogSync.start(followers), waiting);
  cleanup.add('catalog', registry.catalogSync.stop);
  if (config.api.logins.token) {
    await withDatabase(registry.tokens.refresh, waiting);
    registry.tokens.start();
    cleanup.add('tokens', registry.tokens.stop);
  }
  core.jwt?.start();
  dispatch.start();
  cleanup.add('dispatch', () => dispatch.stop(0));
  inbound.streamOrder.start();
  cleanup.add('stream order', inbound.streamOrder.stop);
}
