import { messageOf } from '../../internal/errors.js';
import { resolveSecret } from '../connection/secret-reference.js';
import type { Session } from '../session/session.js';
import { findUpState } from '../up/up-state.js';
import { type Metrics, readMetrics } from './metrics-text.js';

const DEFAULT_PORT = 8001;
const TIMEOUT_MS = 5000;

export interface MetricsOptions {
  readonly metricsUrl?: string;
  readonly metricsToken?: string;
}

export interface MetricsPlace {
  readonly url: string;
  readonly token: string | undefined;
}

/** The option, else the metrics of the `hukz up` that is used, else the default port beside the API. */
export async function metricsPlace({ here, connection }: Session, options: MetricsOptions): Promise<MetricsPlace> {
  const token = options.metricsToken && (await resolveSecret(options.metricsToken, here));
  if (options.metricsUrl !== undefined) return { url: options.metricsUrl, token };
  const up = await findUpState(here.cwd);
  if (up?.api === connection.url) return { url: up.metrics, token };
  const { protocol, hostname } = new URL(connection.url);
  return { url: `${protocol}//${hostname}:${DEFAULT_PORT}/metrics`, token };
}

/** Reads the metrics once. Returns the reason if they cannot be read. */
export async function fetchMetrics({ url, token }: MetricsPlace): Promise<Metrics | string> {
  try {
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    const text = await answer.text();
    if (answer.status === 401) return `${url} needs --metrics-token (METRICS_TOKEN of the service)`;
    if (!answer.ok || !text.includes('hukz_info')) return `${url} has no metrics of hukz; name them by --metrics-url`;
    return readMetrics(text, performance.now());
  } catch (error) {
    return `${url} does not answer (${causeOf(error)}); name the metrics by --metrics-url`;
  }
}

/** The error of `fetch` only says that it failed. */
const causeOf = (error: unknown) => messageOf(error instanceof Error ? (error.cause ?? error) : error);
