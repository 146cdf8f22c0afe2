import type { EmitterConfig } from '../../packages/client/src/emitter/contract.js';
import { invalid } from '../../packages/client/src/emitter/emitter-error.js';
import { type RetryNumbers, readConfig, SCHEME } from '../../packages/client/src/emitter/read-config.js';
import { destinationOf, type EgressRules } from '../domain/egress/egress-rules.js';
import {
  HEADER_PREFIX,
  HEADER_PREFIX_RULE,
  HEADER_VALUE,
  MAX_HEADER_NAME_LENGTH,
  MAX_HEADER_VALUE_LENGTH,
  MAX_HEADERS,
  parseHeaderName,
} from '../domain/limits/webhook-headers.js';
import type { RetrySettings, WebhookSettings } from '../domain/matching/webhook-settings.js';
import { schemeOf } from '../domain/signature/schemes.js';
import { echo } from '../domain/text/echo.js';

/** The configuration of an emitter in the terms of the domain. */
export interface Destined {
  readonly url: string;
  readonly settings: WebhookSettings;
  readonly secret: string | undefined;
}

/** Reads the configuration of an emitter by the rules of the domain. @throws {EmitterError} */
export function readDestined(config: EmitterConfig, rules: EgressRules): Destined {
  const { url, secret, prefix, headers, timeoutMs, isInsecure, retry } = readConfig(config);
  requireAllowed(url, rules);
  if (secret !== undefined) requireSecret(secret);
  if (!HEADER_PREFIX.test(prefix)) throw invalid('config.headerIdentifier', HEADER_PREFIX_RULE);
  requireHeaders(headers, prefix);
  const settings: WebhookSettings = {
    format: 'raw',
    signature: { scheme: SCHEME, prefix },
    ordering: { by: 'webhook' },
    breaker: 'off',
    timeoutMs,
    retry: retrySettings(retry),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(isInsecure && { tls: { insecure: true } }),
  };
  return { url: config.url, settings, secret };
}

function requireAllowed(url: URL, rules: EgressRules): void {
  const problem = rules.problemOf(destinationOf(url));
  if (problem !== undefined) throw invalid('config.url', problem);
}

function requireSecret(secret: string): void {
  const problem = schemeOf(SCHEME).problemOf(secret);
  if (problem !== undefined) throw invalid('config.secret', problem);
}

function requireHeaders(headers: Readonly<Record<string, string>>, prefix: string): void {
  const source = 'config.additionalHeaders';
  const entries = Object.entries(headers);
  if (entries.length > MAX_HEADERS) throw invalid(source, `there are at most ${MAX_HEADERS} headers`);
  const taken = new Set(schemeOf(SCHEME).headerNames(prefix));
  for (const [name, text] of entries) {
    const parsed = parseHeaderName(name);
    const lower = name.toLowerCase();
    if (!parsed.ok || name.length > MAX_HEADER_NAME_LENGTH)
      throw invalid(source, `"${echo(name)}" ${parsed.ok ? 'is too long' : parsed.problem}`);
    if (taken.has(lower)) throw invalid(source, `"${name}" is set by the emitter, or is there twice`);
    if (text.length > MAX_HEADER_VALUE_LENGTH || !HEADER_VALUE.test(text))
      throw invalid(`${source}.${name}`, `must be 1 to ${MAX_HEADER_VALUE_LENGTH} visible ASCII characters`);
    taken.add(lower);
  }
}

const retrySettings = ({ jitter, ...schedule }: RetryNumbers): RetrySettings => ({
  schedule: { kind: 'exponential', ...schedule },
  jitter,
});
