import type { Express } from 'express';
import type { Config } from '../../config/config.js';
import { makeTokenCheck } from '../api/bearer.js';
import { makeApi } from '../api/make-api.js';
import type { Refusals } from '../api/refusals.js';
import type { Dispatch } from '../dispatch/dispatch.js';
import type { Membership } from '../dispatch/membership.js';
import type { Catalog } from '../domain/catalog.js';
import { bySubject, toldToUsers } from '../domain/degradation.js';
import { destinationOf, type EgressRules } from '../domain/egress-rules.js';
import type { SubjectRules } from '../domain/subject.js';
import { AppError } from '../errors.js';
import type { CatalogSync } from '../intake/catalog-sync.js';
import type { Intake } from '../intake/intake.js';
import type { PermittedEvents } from '../intake/permitted-events.js';
import type { Logger } from '../logger.js';
import type { Journal } from '../store/journal/journal.js';
import type { JournalPool } from '../store/journal/journal-pool.js';
import type { Db } from '../store/knex.js';
import type { Vault } from '../store/vault.js';
import { withoutServerWords } from './admit-event.js';
import type { Degradations } from './degradations.js';
import { doorOf } from './door-of.js';
import { findReadiness, probeDatabase } from './readiness.js';
import type { TestCalls } from './test-calls.js';

export interface ApiParts {
  readonly config: Config;
  readonly db: Db;
  readonly pool: JournalPool;
  readonly vault: Vault;
  readonly journal: Journal;
  readonly catalog: Catalog;
  readonly catalogSync: CatalogSync;
  readonly membership: Membership;
  readonly dispatch: Dispatch;
  readonly intake: Intake;
  readonly permitted: PermittedEvents;
  readonly subjectRules: SubjectRules;
  readonly degradations: Degradations;
  readonly rules: EgressRules;
  readonly testCalls: TestCalls;
  isStopping(): boolean;
  readonly refusals: Refusals;
  readonly version: string;
  readonly logger: Logger;
}

/** The API on the store and on what the rest of the service says. */
export function wireApi(parts: ApiParts): Express {
  const { config, db, pool, vault, journal, catalog, catalogSync, membership, dispatch, intake, permitted, rules } =
    parts;
  const { messagesMs, logsMs, deadLettersMs } = config.retention;
  const showsToken = makeTokenCheck(config.metrics.token);
  const isDevelopment = config.mode === 'development';
  const databaseTrouble = probeDatabase(db);
  /** As the store says now, whatever changed elsewhere a moment ago. */
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
  return makeApi({
    db,
    pool,
    vault,
    reach: { messagesMs, deadLettersMs, accountMs: Math.min(messagesMs, logsMs, deadLettersMs) },
    catalogChanged: catalogSync.refresh,
    admitEvent: isDevelopment ? intake.admitEvent : withoutServerWords(intake.admitEvent, parts.logger),
    promise: intake.promise,
    degradationsBySubject() {
      const degraded = [...permitted.degraded(), ...intake.degraded()];
      return bySubject(isDevelopment ? degraded : degraded.map(toldToUsers));
    },
    readiness: () =>
      findReadiness({
        databaseTrouble,
        journalTrouble: journal.trouble,
        natsProblem: intake.connectionProblem,
        subjects: () => [...catalog.subjects(), ...permitted.subjects()],
        degraded: parts.degradations.list,
        isTrusted: membership.isTrusted,
        isStopping: parts.isStopping,
      }),
    logger: parts.logger,
    version: parts.version,
    mayReadDetails: (authorization) => isDevelopment || showsToken(authorization),
    development: isDevelopment,
    tryWebhook: async ({ id, userId }, sample) => parts.testCalls.send(await loadLive(id), sample, userId),
    nextOfKey: dispatch.next,
    tryAuthorisation: async ({ id, userId }) => parts.testCalls.authorise(await loadLive(id), userId),
    receiverProblem: (url) => rules.problemOf(destinationOf(url)),
    webhookProxies: config.egress.webhookProxies,
    ceilings: config.ceilings,
    insecureTls: config.egress.insecureTls,
    door: doorOf(config),
    apiRate: config.api.rate,
    refusals: parts.refusals,
    subjectRules: parts.subjectRules,
  });
}
