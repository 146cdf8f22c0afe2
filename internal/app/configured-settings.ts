import type { Config } from '../../config/config.js';
import type { WebhookSettings } from '../domain/matching/webhook-settings.js';

/** The settings that a webhook has if neither it nor its space says otherwise. A rate has no configured value. */
export function configuredSettings({ retry, request, patience, dispatch }: Config): WebhookSettings {
  const { scheduleMs, jitter, maxAgeMs, finalStatuses } = retry;
  const { failures, share } = patience.breaker;
  return {
    method: 'POST',
    headers: {},
    passHeaders: [],
    timeoutMs: request.timeoutMs,
    retry: { schedule: { kind: 'waits', waitsMs: scheduleMs }, jitter, maxAgeMs, finalStatuses },
    maxInFlight: dispatch.maxInFlightPerWebhook,
    breaker: { failures, share },
    disableAfterMs: patience.disableAfterMs,
  };
}
