import { duration, durations, flag, goFlag, oneOf, share, size, whole } from '../formats.js';
import { key } from '../key.js';
import { COUNT, TIMER } from './bounds.js';

/** How deliveries are sent and retried. */
export const deliveryKeys = {
  chats: {
    degaToSlack: key('DEGA_TO_SLACK', 'false', {
      doc: 'Sends events of Dega to hooks.slack.com with their fields (format dega-slack). Webhooks that select a format keep it.',
      format: goFlag,
    }),
    degaToGoogleChat: key('DEGA_TO_GOOGLE_CHAT', 'false', {
      doc: 'Sends events of Dega to chat.googleapis.com with their fields (format dega-google-chat). Webhooks that select a format keep it.',
      format: goFlag,
    }),
  },
  retry: {
    scheduleMs: key('RETRY_SCHEDULE', '5s,5m,30m,2h,5h,10h,14h,20h,24h', {
      doc: 'Waits between attempts, comma-separated. There are as many retries as waits. Empty: no retries.',
      format: durations,
    }),
    jitter: key('RETRY_JITTER', '0.2', {
      doc: 'Random variation of each retry wait, as a fraction: 0.2 makes it up to 20 % shorter or longer.',
      format: share(),
    }),
    localFaultDelayMs: key('LOCAL_FAULT_DELAY', '5s', {
      doc: 'Wait after a fault of hukz itself, such as a broken proxy. Such a fault does not use up a retry.',
      format: duration(TIMER),
    }),
    maxAgeMs: key('RETRY_MAX_AGE', '14d', {
      doc: 'Maximum age of a message at a retry, also after faults of hukz itself. A failed delivery whose next attempt would come later becomes a dead letter. 0s: no limit.',
      format: duration(),
    }),
  },
  patience: {
    breaker: {
      failures: key('BREAKER_FAILURES', '30', {
        doc: "Consecutive failures that open a webhook's circuit breaker; its deliveries then wait for a successful probe. A delivery counts once, unless it is ordered or its receiver cannot be connected to. 0 disables this trigger.",
        format: whole({ min: 0, max: 1_000_000 }),
      }),
      share: key('BREAKER_SHARE', '0.9', {
        doc: "Share of failed attempts in a BREAKER_WINDOW of at least 20 attempts that opens a webhook's circuit breaker. Each delivery counts once. 0 disables this trigger.",
        format: share(),
      }),
      windowMs: key('BREAKER_WINDOW', '1m', {
        doc: 'Time window over which BREAKER_SHARE is measured.',
        format: duration(TIMER),
      }),
    },
    probeMs: key('BREAKER_PROBE', '10s', {
      doc: 'Wait before an open circuit breaker tries one delivery. The wait doubles with each probe, up to BREAKER_PROBE_MAX.',
      format: duration(TIMER),
    }),
    maxProbeMs: key('BREAKER_PROBE_MAX', '10m', {
      doc: 'Maximum wait between two probes of an open circuit breaker.',
      format: duration(TIMER),
    }),
    disableAfterMs: key('DISABLE_AFTER', '5d', {
      doc: 'Time of nothing but failures after which hukz disables a webhook. 0s: never.',
      format: duration(),
    }),
  },
  request: {
    timeoutMs: key('REQUEST_TIMEOUT', '15s', {
      doc: 'Maximum duration of a request to a receiver, including its response.',
      format: duration(TIMER),
    }),
    keepHeaders: key('LOG_HEADERS', 'failures', {
      doc: "Attempts whose log keeps the headers of the receiver's response, at most 4 KiB: failures (a status other than 2xx), response (every response), both (every response, and the headers of every request as it was sent), or none.",
      format: oneOf('none', 'failures', 'response', 'both'),
    }),
    lookupTimeoutMs: key('LOOKUP_TIMEOUT', '3s', {
      doc: "Maximum duration of the DNS lookup of a receiver's host name.",
      format: duration(TIMER),
    }),
    connectTimeoutMs: key('CONNECT_TIMEOUT', '5s', {
      doc: 'Maximum duration of a connection attempt to a receiver after the DNS lookup, including TLS.',
      format: duration(TIMER),
    }),
  },
  ceilings: {
    maxTimeoutMs: key('MAX_TIMEOUT', '1m', {
      doc: 'Upper limit for the timeout setting of a webhook. If REQUEST_TIMEOUT is longer, REQUEST_TIMEOUT is the limit. A longer stored timeout is used as this limit.',
      format: duration({ min: 100, max: 300_000 }),
    }),
    minRetryWaitMs: key('MIN_RETRY_WAIT', '1s', {
      doc: 'Lower limit for the waits in the retry schedule of a webhook. A shorter stored wait is used as this limit.',
      format: duration({ min: 1, max: 3_600_000 }),
    }),
    breakerMayBeOff: key('ALLOW_BREAKER_OFF', 'false', {
      doc: 'Allows webhooks whose circuit breaker never opens. If false, a stored breaker of that kind is used as the configured one.',
      format: flag,
    }),
  },
  dispatch: {
    maxInFlight: key('MAX_IN_FLIGHT', '512', {
      doc: 'Maximum number of concurrent requests to receivers, per process.',
      format: whole(COUNT),
    }),
    maxInFlightPerWebhook: key('MAX_IN_FLIGHT_PER_WEBHOOK', '32', {
      doc: 'Maximum number of concurrent requests to one webhook, per process.',
      format: whole(COUNT),
    }),
    maxResident: key('MAX_RESIDENT', '20000', {
      doc: 'Maximum number of deliveries in the memory of a process. Further deliveries wait in the database.',
      format: whole(COUNT),
      formerly: 'MAX_HELD',
    }),
    maxResidentBytes: key('MAX_RESIDENT_BYTES', '64MiB', {
      doc: 'Maximum total size of the deliveries in the memory of a process.',
      format: size({ min: 1024 }),
      formerly: 'MAX_HELD_BYTES',
    }),
    maxRetryShare: key('MAX_RETRY_SHARE', '0.5', {
      doc: 'Share of the concurrent requests that may be retries.',
      format: share({ min: 0.01, max: 1 }),
    }),
  },
};
