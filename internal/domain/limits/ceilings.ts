import type { BreakerSettings, RetrySchedule, WebhookSettings } from '../matching/webhook-settings.js';
import { formatDuration } from '../text/duration.js';
import { echo } from '../text/echo.js';
import { type ForbiddenHeader, forbiddenHeaders, type HeaderPattern } from './forbidden-headers.js';

/** Limits that the operator sets for the settings of webhooks. */
export interface Ceilings {
  readonly maxTimeoutMs: number;
  /** Shortest wait between two attempts. */
  readonly minRetryWaitMs: number;
  readonly breakerMayBeOff: boolean;
  /** The configured breaker, from which a webhook takes the thresholds that it leaves out. */
  readonly breaker: BreakerThresholds;
  /** Headers that webhooks may not set. */
  readonly forbiddenHeaders: readonly HeaderPattern[];
}

export interface BreakerThresholds {
  readonly failures: number;
  readonly share: number;
}

/** A breaker that needs more failures in a row than this counts as off. */
export const MAX_FAILURES = 1000;

/**
 * Limits settings when they are used. Settings that were stored before a ceiling was set, or by an instance without it,
 * are used only as far as the ceiling allows.
 */
export function capSettings(settings: WebhookSettings, ceilings: Ceilings): WebhookSettings {
  const capped = new Map<string, unknown>();
  const { timeoutMs, retry, breaker } = settings;
  if (timeoutMs !== undefined && timeoutMs > ceilings.maxTimeoutMs) capped.set('timeoutMs', ceilings.maxTimeoutMs);
  if (retry?.schedule && shortestWait(retry.schedule) < ceilings.minRetryWaitMs)
    capped.set('retry', { ...retry, schedule: lengthen(retry.schedule, ceilings.minRetryWaitMs) });
  if (isBreakerRefused(breaker, ceilings)) capped.set('breaker', undefined);
  return capped.size === 0 ? settings : { ...settings, ...Object.fromEntries(capped) };
}

export interface Beyond {
  readonly field: 'timeout' | 'retry' | 'breaker' | ForbiddenHeader['field'];
  readonly problem: string;
  /** Returns the value that is beyond the ceiling, in these or in other settings of the webhook. */
  valueIn(settings: WebhookSettings): unknown;
}

/** Finds the settings that are beyond a ceiling and must therefore not be stored. */
export function findBeyond(settings: WebhookSettings, ceilings: Ceilings): readonly Beyond[] {
  const { timeoutMs, retry, breaker } = settings;
  const { maxTimeoutMs, minRetryWaitMs } = ceilings;
  const beyond: Beyond[] = [];
  if (timeoutMs !== undefined && timeoutMs > maxTimeoutMs) {
    const problem = `timeout must be at most ${formatDuration(maxTimeoutMs)} (MAX_TIMEOUT)`;
    beyond.push({ field: 'timeout', problem, valueIn: (settings) => settings.timeoutMs });
  }
  if (retry?.schedule && shortestWait(retry.schedule) < minRetryWaitMs) {
    const problem = `each wait of retry.schedule must be at least ${formatDuration(minRetryWaitMs)} (MIN_RETRY_WAIT)`;
    beyond.push({ field: 'retry', problem, valueIn: (settings) => settings.retry?.schedule });
  }
  if (isBreakerRefused(breaker, ceilings))
    beyond.push({ field: 'breaker', problem: NO_BREAKER, valueIn: (settings) => settings.breaker });
  return [...beyond, ...forbiddenIn(settings, ceilings)];
}

function forbiddenIn(settings: WebhookSettings, ceilings: Ceilings): readonly Beyond[] {
  return forbiddenHeaders(settings, ceilings.forbiddenHeaders).map(({ field, name }) => ({
    field,
    problem: `${field}: webhooks may not set ${echo(name)} here (FORBIDDEN_WEBHOOK_HEADERS)`,
    // A webhook that sets the header already may be sent back as it was read.
    valueIn: ({ headers, passHeaders, auth }) =>
      ({ headers: headers?.[name], pass_headers: passHeaders?.includes(name), auth })[field],
  }));
}

const NO_BREAKER =
  `breaker: the circuit must be able to open, by a share above 0 or by 1 to ${MAX_FAILURES} failures; ` +
  'ALLOW_BREAKER_OFF can allow others';

function isBreakerRefused(
  breaker: BreakerSettings | undefined,
  { breakerMayBeOff, breaker: defaults }: Ceilings,
): boolean {
  if (breakerMayBeOff || breaker === undefined || neverOpens(defaults)) return false;
  return breaker === 'off' || neverOpens({ ...defaults, ...breaker });
}

export const neverOpens = ({ failures, share }: BreakerThresholds) =>
  share === 0 && (failures === 0 || failures > MAX_FAILURES);

/** Returns the shortest wait of a schedule, or Infinity when the schedule has no waits. */
function shortestWait(schedule: RetrySchedule): number {
  switch (schedule.kind) {
    case 'waits':
      return Math.min(...schedule.waitsMs);
    case 'constant':
      return schedule.tries > 0 ? schedule.waitMs : Number.POSITIVE_INFINITY;
    case 'exponential':
      return schedule.tries > 0 ? Math.min(schedule.startMs, schedule.capMs) : Number.POSITIVE_INFINITY;
    default:
      return schedule satisfies never;
  }
}

function lengthen(schedule: RetrySchedule, minMs: number): RetrySchedule {
  const atLeast = (ms: number) => Math.max(ms, minMs);
  switch (schedule.kind) {
    case 'waits':
      return { ...schedule, waitsMs: schedule.waitsMs.map(atLeast) };
    case 'constant':
      return { ...schedule, waitMs: atLeast(schedule.waitMs) };
    case 'exponential':
      return { ...schedule, startMs: atLeast(schedule.startMs), capMs: atLeast(schedule.capMs) };
    default:
      return schedule satisfies never;
  }
}
