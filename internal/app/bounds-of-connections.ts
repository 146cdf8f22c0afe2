import { readFileSync } from 'node:fs';
import type { Config } from '../../config/config.js';
import type { ConnectionBounds } from '../api/http/connections.js';
import type { Refusals } from '../api/http/refusals.js';
import type { Logger } from '../logger.js';

/** Descriptors for files, NATS, and everything else that a process opens. */
const OTHER_FILES = 100;
const MIN_COUNT = 10;

/** The bounds for the connections of callers to the API and to /metrics. */
export function connectionBounds(config: Config, refusals: Refusals, logger: Logger) {
  const { max, answerTimeoutMs } = config.connections;
  const openFiles = openFilesLimit();
  const allowed = allowedConnections(config, openFiles);
  if (allowed < max) logger.warn('api.fewer_connections', { wanted: max, allowed, open_files: openFiles });
  const api: ConnectionBounds = {
    max: allowed,
    answerTimeoutMs,
    onCut: (reason) => refusals.add(reason, { port: 'api' }),
  };
  return { api, metrics: metricsBounds(config, refusals) };
}

export function metricsBounds({ connections }: Pick<Config, 'connections'>, refusals: Refusals): ConnectionBounds {
  const { maxToMetrics: max, answerTimeoutMs } = connections;
  return { max, answerTimeoutMs, onCut: (reason) => refusals.add(reason, { port: 'metrics' }) };
}

/** Deliveries have priority: the connections that are configured for them are left free. */
export function allowedConnections(
  { connections, dispatch, database }: Pick<Config, 'connections' | 'dispatch' | 'database'>,
  openFiles: number,
): number {
  const reserved = dispatch.maxInFlight + database.apiPool + database.journalPool + connections.maxToMetrics;
  return Math.min(connections.max, Math.max(MIN_COUNT, openFiles - reserved - OTHER_FILES));
}

/** Infinity if the limit is unknown. */
function openFilesLimit(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
