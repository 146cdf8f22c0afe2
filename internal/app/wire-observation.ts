import { makeRefusals, type Refusals } from '../api/http/refusals.js';
import { countByReason } from '../domain/streams/degradation.js';
import { clockDegraded } from '../instance/clock-offset.js';
import type { Base } from './base.js';
import type { Core } from './construct.js';
import { type Degradations, makeDegradations, notConnected, notStored } from './telemetry/degradations.js';
import { requestsRefused, spacesAtShare } from './telemetry/degraded-by-limits.js';
import { trustsUsers, unsafeSettings } from './telemetry/unsafe-settings.js';

/** The information about a running app that operators see. */
export interface Observation {
  readonly degradations: Degradations;
  readonly refusals: Refusals;
}

/** Collects the degradations, and gives the metrics their readings. */
export function wireObservation({ config, clock, version, logger }: Base, core: Core): Observation {
  const { metrics, store, journal, registry, outbound, dispatch, deliveryEvents, spaceLimits } = core;
  const { catalog, catalogSync, permitted, unreadSettings } = registry;
  const { intake, acceptor, accounts } = core.inbound;
  const refusals = makeRefusals({ logger, onRefused: metrics.onApiRefused });
  const unsafe = unsafeSettings(config);
  if (trustsUsers(config))
    logger.warn('api.users_trusted', { host: config.host, auth: config.api.logins.token ? 'x-user,token' : 'x-user' });
  const degradations = makeDegradations({
    sources: [
      () => notConnected(intake.connectionProblem()),
      intake.degraded,
      permitted.degraded,
      unreadSettings.degraded,
      () => core.schemas.unusable.degraded(),
      () => notStored('messages', journal.unstoredMessages()),
      () => notStored('attempts', journal.unstoredAttempts()),
      () => clockDegraded(clock.offsetMs()),
      () => requestsRefused(refusals.running()),
      () => spacesAtShare(dispatch.spacesAtShare()),
      () => spaceLimits.over.degraded(),
      () => unsafe,
      () => core.jwt?.degraded() ?? [],
      () => core.erasures.degraded(),
      accounts.degraded,
    ],
    logger,
  });
  metrics.observe({
    degraded: () => countByReason(degradations.list()),
    version,
    guarantee: intake.guarantee,
    acceptor: acceptor.stats,
    intake: intake.stats,
    accounts: accounts.count,
    spaceClaimsRefused: accounts.claimsRefused,
    dispatch: dispatch.stats,
    testCallsRefused: outbound.testCalls.refused,
    sender: outbound.sender.stats,
    catalog: () => catalog.size,
    catalogWentBack: catalogSync.wentBack,
    overLimits: () => spaceLimits.over.counts(),
    settingsNotRead: unreadSettings.webhooks,
    clockOffsetMs: clock.offsetMs,
    schemaChecksEnded: core.schemas.restarts,
    waiting: () => catalog.waiting,
    deliveryEventsDropped: deliveryEvents.dropped,
    auditEventsDropped: core.auditEvents.dropped,
    statements: store.pool.statements,
    erasuresWaiting: () => core.erasures.waiting,
    sessionsLeft: store.sessionsLeft,
  });
  return { degradations, refusals };
}
