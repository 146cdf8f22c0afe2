import type { RequestListener } from 'node:http';
import { makeTokenCheck } from '../api/http/bearer.js';
import { makeApiListener } from '../api/http/make-api.js';
import { destinationOf } from '../domain/egress/egress-rules.js';
import { makeIsReserved } from '../domain/matching/reserved.js';
import { bySubject, forUsers } from '../domain/streams/degradation.js';
import { AppError } from '../errors.js';
import { makeAuthenticate } from '../identity/authenticate.js';
import { makeShowRequest } from '../sending/show-request.js';
import { withoutServerText } from './admit-event.js';
import type { Base } from './base.js';
import { configuredSettings } from './configured-settings.js';
import type { Core } from './construct.js';
import { doorOf } from './door-of.js';
import { wirePublishing } from './publishing/wire-publishing.js';
import { findReadiness, probeDatabase } from './telemetry/readiness.js';
import type { Observation } from './wire-observation.js';

/** Constructs the API from the store and the other parts of the service. */
export function wireApi(base: Base, core: Core, observation: Observation, isStopping: () => boolean): RequestListener {
  const { config, version, logger } = base;
  const { store, vault, journal, registry, membership, outbound, dispatch } = core;
  const { catalog, catalogSync, permitted, subjectRules, tokens } = registry;
  const { rules, testCalls, plans, formatOf } = outbound;
  const { intake } = core.inbound;
  const { degradations, refusals } = observation;
  const { db, pool } = store;
  const { messagesMs, logsMs, deadLettersMs } = config.retention;
  const { compat } = config;
  const logins = { ...config.api.logins, jwt: core.jwt !== undefined };
  const showsToken = makeTokenCheck(config.metrics.token);
  const isDevelopment = config.mode === 'development';
  const databaseTrouble = probeDatabase(db);
  /** Loads the current state from the store, whatever changed on another instance a moment ago. */
  const loadLive = async (id: number) => {
    await catalogSync.refresh();
    const webhook = catalog.webhook(id);
    if (!webhook)
      throw new AppError(
        'unavailable',
        'The webhook is not yet active on this instance. It will become active automatically.',
      );
    return webhook;
  };
  return makeApiListener({
    db,
    pool,
    vault,
    reach: { messagesMs, deadLettersMs, accountMs: Math.min(messagesMs, logsMs, deadLettersMs) },
    catalogChanged: catalogSync.refresh,
    admitEvent: isDevelopment ? intake.admitEvent : withoutServerText(intake.admitEvent, logger),
    guarantee: intake.guarantee,
    degradationsBySubject() {
      const degraded = [...permitted.degraded(), ...intake.degraded(), ...core.schemas.unusable.degraded()];
      return bySubject(isDevelopment ? degraded : degraded.map(forUsers));
    },
    readiness: () =>
      findReadiness({
        databaseTrouble,
        journalTrouble: journal.trouble,
        natsProblem: intake.connectionProblem,
        subjects: () => [...catalog.subjects(), ...permitted.subjects()],
        degraded: degradations.list,
        isTrusted: membership.isTrusted,
        isStopping,
      }),
    judgeBySchemas: (message) => core.schemas.trialGate.judge(catalog.gatesOf(message.subject), message),
    schemaTrials: core.schemas.trials,
    acceptReleased: ({ id, receivedAt, ...message }) =>
      core.inbound.acceptor.accept({
        ...message,
        identity: { id, receivedAt },
        isAwaited: true,
        isAnswered: true,
        wasQuarantined: true,
      }),
    publishing: wirePublishing(base, core, { databaseTrouble, isStopping }),
    spaceNames: { idOf: (space) => catalog.spaces.idOf(space) },
    compat: compat.modes.includes('webhooks-rs')
      ? { webhooksRs: { userId: logins.user ? compat.userId : undefined } }
      : {},
    logger,
    version,
    mayReadDetails: (authorization) => isDevelopment || showsToken(authorization),
    development: isDevelopment,
    tryWebhook: async ({ id, caller }, sample) => testCalls.send(await loadLive(id), sample, caller),
    advanceKey: dispatch.advance,
    formatOf,
    showRequest: makeShowRequest({ plans, userAgent: `hukz/${version}`, webhook: (id) => catalog.webhook(id) }),
    tryCredentials: async ({ id, caller }) => testCalls.tryCredentials(await loadLive(id), caller),
    receiverProblem: (url) => rules.problemOf(destinationOf(url)),
    webhookListeners: config.egress.webhookListeners,
    webhookProxies: config.egress.webhookProxies,
    ceilings: config.ceilings,
    configured: configuredSettings(config),
    insecureTls: config.egress.insecureTls,
    authenticate: makeAuthenticate(logins, { token: tokens.find, jwt: core.jwt?.find }),
    logins,
    acceptsTokens: logins.token,
    tokensChanged: async () => (logins.token ? tokens.refresh() : undefined),
    door: doorOf(config),
    apiRate: config.api.rate,
    refusals,
    audited: core.auditEvents.onRows,
    subjectRules,
    catalog,
    loadCatalog: catalogSync.reload,
    isReserved: makeIsReserved(config.intake.inboxes),
    filterMaxBytes: config.intake.filterMaxBytes,
  });
}
