import { type Dispatch, makeDispatch } from '../dispatch/dispatch.js';
import type { SettledAttempt } from '../domain/delivery/attempt.js';
import { makeClassPaths } from '../domain/delivery/scheduling-class.js';
import type { Membership } from '../instance/membership.js';
import { makePolicyOf } from '../sending/policy-of.js';
import { claimNext, unparkFirst } from '../store/journal/claim/claim-next.js';
import { claimProbes } from '../store/journal/claim/claim-probes.js';
import { parkWaiting } from '../store/journal/claim/park-waiting.js';
import type { Journal } from '../store/journal/journal.js';
import type { JournalPool } from '../store/journal/journal-pool.js';
import { disableWebhook } from '../store/webhooks/disable-webhook.js';
import { saveHealth } from '../store/webhooks/webhook-health.js';
import { makeCircuits } from '../upkeep/switch-circuits.js';
import type { Base } from './base.js';
import type { DeliveryEvents } from './telemetry/delivery-events.js';
import type { Registry } from './wire-catalog.js';
import type { Outbound } from './wire-sending.js';

export interface DispatchParts {
  readonly pool: JournalPool;
  readonly journal: Journal;
  readonly registry: Registry;
  readonly membership: Membership;
  readonly outbound: Outbound;
  readonly deliveryEvents: DeliveryEvents;
  onAttempt(attempt: SettledAttempt): void;
}

/** Number of keys of ordered webhooks that one statement checks: 200 ms. */
const KEYS_AT_ONCE = 10_000;

/** Constructs the sending loop from the store, the sender and the catalog. */
export function wireDispatch({ config, clock, logger }: Base, parts: DispatchParts): Dispatch {
  const { pool, journal, membership, outbound } = parts;
  const { catalog, catalogSync } = parts.registry;
  const publishChange = (id: number, kind: 'disabled' | 'recovered', because?: string) => {
    const webhook = catalog.webhook(id);
    if (webhook) parts.deliveryEvents.onWebhook(webhook, kind, because);
  };
  const onAttempt = (attempt: SettledAttempt) => {
    parts.onAttempt(attempt);
    logger.debug('delivery.attempted', toLogFields(attempt));
  };
  const circuits = makeCircuits({
    pool,
    catalogSync,
    probeMs: config.patience.probeMs,
    breakerMayBeOff: config.ceilings.breakerMayBeOff,
    logger,
    onClosed: (id) => publishChange(id, 'recovered'),
  });
  const classPaths = makeClassPaths();
  return makeDispatch(
    {
      claims: {
        claim: journal.claim,
        claimProbes: () => claimProbes(pool, membership.id(), config.patience),
        claimNext: (keys) => claimNext(pool, membership.id(), keys),
        unparkFirst: (from) => unparkFirst(pool, KEYS_AT_ONCE, from),
        unpark: journal.unpark,
        parkDue: (id, limit) => parkWaiting(pool, id, limit),
        unclaimStrays: journal.unclaimStrays,
      },
      ends: journal,
      webhooks: {
        find: (id) => catalog.webhook(id),
        classOf: (id) => classPaths(catalog.webhook(id)),
        policyOf: makePolicyOf(config.retry, config.ceilings.minRetryWaitMs),
        reload: catalogSync.reload,
        async disable(id, because) {
          const disabled = await disableWebhook(pool, id, because);
          if (disabled) publishChange(id, 'disabled', because);
          if (disabled) logger.warn('webhook.disabled', { webhook_id: id, because });
          await catalogSync.refresh();
        },
      },
      sending: {
        send: outbound.send,
        untilReady: outbound.untilReady,
        onAttempt: config.log.level === 'debug' ? onAttempt : parts.onAttempt,
        onSettled: parts.deliveryEvents.onSettled,
      },
      circuits: {
        open: circuits.open,
        close: circuits.close,
        countOpen: () => catalog.waiting.circuit_open,
        saveHealth: (failing, fine) => saveHealth(pool, failing, fine),
        breaker: config.patience.breaker,
      },
      instance: membership,
      runtime: { clock, random: Math.random, logger },
    },
    config.dispatch,
  );
}

const toLogFields = (attempt: SettledAttempt) => ({
  delivery_id: attempt.delivery.id,
  webhook_id: attempt.webhook.id,
  attempt: attempt.delivery.attempts + 1,
  outcome: attempt.outcome,
  status: attempt.status,
  error: attempt.error,
  ms: Math.round(attempt.durationMs),
});
