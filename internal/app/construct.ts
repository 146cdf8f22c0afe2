import type { Cleanup } from '../cleanup.js';
import type { Dispatch } from '../dispatch/dispatch.js';
import type { ResourceName } from '../domain/message/headers/resource-name.js';
import type { Membership } from '../instance/membership.js';
import { type Journal, makeJournal } from '../store/journal/journal.js';
import { makeVault, type Vault } from '../store/secrets/vault.js';
import { ErasureWatch } from '../upkeep/erasure-watch.js';
import { reportKeys } from '../upkeep/report-keys.js';
import { applicationName, type Base } from './base.js';
import { growModestly } from './grow-modestly.js';
import { type Inbound, wireIntake } from './intake/wire-intake.js';
import { type WiredLimits, wireSpaceLimits } from './limits/wire-space-limits.js';
import { type Jwt, openJwt } from './open/open-jwt.js';
import { openStore, type Store } from './open/open-store.js';
import { type Schemas, wireSchemas } from './schemas/wire-schemas.js';
import type { StartOptions } from './start-options.js';
import { type AuditEvents, makeAuditEvents } from './telemetry/audit-events.js';
import { type DeliveryEvents, makeDeliveryEvents } from './telemetry/delivery-events.js';
import { type Metrics, makeMetrics } from './telemetry/metrics.js';
import { type Registry, wireCatalog } from './wire-catalog.js';
import { wireDispatch } from './wire-dispatch.js';
import { wireMembership } from './wire-membership.js';
import { type Outbound, wireSending } from './wire-sending.js';

/** The parts between a message and its deliveries, constructed but not started. The file of each part explains it. */
export interface Core {
  readonly metrics: Metrics;
  readonly store: Store;
  readonly vault: Vault;
  readonly membership: Membership;
  readonly journal: Journal;
  readonly registry: Registry;
  readonly outbound: Outbound;
  readonly deliveryEvents: DeliveryEvents;
  readonly auditEvents: AuditEvents;
  readonly erasures: ErasureWatch;
  readonly dispatch: Dispatch;
  readonly spaceLimits: WiredLimits;
  readonly inbound: Inbound;
  readonly schemas: Schemas;
  /** JWTs by which callers say who they are, if `AUTH_JWKS_URL` is set. */
  readonly jwt: Jwt | undefined;
}

/** `onUnusable` is called if the tables are missing or do not belong to hukz. */
export async function construct(
  base: Base,
  options: StartOptions,
  onUnusable: (problem: string) => void,
  cleanup: Cleanup,
): Promise<Core> {
  const { config, version, clock, logger } = base;
  const { migrate, signal, parent } = options;
  const metrics = makeMetrics(clock.now);
  const { duplicateWindowMs } = config.stream;
  const store = await openStore(
    {
      database: config.database,
      duplicateWindowMs,
      applicationName: applicationName(version),
      migrate,
      clock,
      logger,
      signal,
    },
    cleanup,
  );
  const { db, pool } = store;
  const membership = wireMembership(base, store, parent?.onInstance);
  const { onFlush, onRepeat, onAttempt } = metrics;
  const journal = makeJournal({
    pool,
    logger,
    random: Math.random,
    instanceId: membership.id,
    duplicateWindowMs,
    events: { onFlush, onRepeat, onUnusable },
  });
  const registry = wireCatalog(base, store);
  const vault = makeVault(config.encryptionKeys, config.encryptionStrict);
  await reportKeys({
    db,
    keys: config.encryptionKeys,
    isStrict: config.encryptionStrict,
    mode: config.mode,
    logger,
  });
  const outbound = wireSending(base, vault, cleanup);
  const deliveryEvents = makeDeliveryEvents(config.deliveryEvents);
  const auditEvents = makeAuditEvents(config.auditEvents);
  const dispatch = wireDispatch(base, { pool, journal, registry, membership, outbound, deliveryEvents, onAttempt });
  const instances = membership.living;
  const spaceLimits = wireSpaceLimits(base, { pool, registry, dispatch, instances }, cleanup);
  const schemas = wireSchemas(base, { catalog: registry.catalog, journal, pool }, cleanup);
  const limits = spaceLimits.intake;
  const inbound = wireIntake(base, { pool, journal, registry, dispatch, schemas, instances, limits });
  deliveryEvents.publishBy(inbound.intake);
  auditEvents.publishBy(inbound.intake);
  outbound.listenBy(inbound.intake.connection);
  const spaces = { idOf: (name: ResourceName) => registry.catalog.spaces.idOf(name) };
  const jwt = await openJwt(base, { opener: outbound.opener, spaces }, cleanup);
  cleanup.add(
    'heap',
    growModestly(() => inbound.acceptor.stats().waiting),
  );
  return {
    metrics,
    store,
    vault,
    membership,
    journal,
    registry,
    outbound,
    deliveryEvents,
    auditEvents,
    erasures: new ErasureWatch(logger),
    dispatch,
    spaceLimits,
    inbound,
    schemas,
    jwt,
  };
}
