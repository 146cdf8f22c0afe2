import type { EmitterConfig } from '../../packages/client/src/emitter/contract.js';
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
import { invalid } from './emitter-error.js';
import { readMembers, readNumber } from './read.js';

/** The configuration of an emitter in the terms of the domain. */
export interface Destined {
  readonly url: string;
  readonly settings: WebhookSettings;
  readonly secret: string | undefined;
}

export const SCHEME = 'webhooks-emitter';
const DAY_MS = 86_400_000;
const MEMBERS: readonly (keyof EmitterConfig)[] = [
  'url',
  'secret',
  'headerIdentifier',
  'maxRetries',
  'requestTimeout',
  'additionalHeaders',
  'allowInsecure',
  'backoff',
];
/** WebhooksEmitter spreads its waits as widely. */
const JITTER = 0.5;

/** Reads the configuration of an emitter, which may come from a caller without types. @throws {EmitterError} */
export function readConfig(config: EmitterConfig, rules: EgressRules): Destined {
  const members = readMembers('config', config, MEMBERS);
  const prefix = readPrefix(members.headerIdentifier);
  const headers = readHeaders(members.additionalHeaders, prefix);
  const settings: WebhookSettings = {
    format: 'raw',
    signature: { scheme: SCHEME, prefix },
    ordering: { by: 'webhook' },
    breaker: 'off',
    timeoutMs: readNumber('config.requestTimeout', members.requestTimeout, { min: 1, max: 600_000, fallback: 5000 }),
    retry: readRetry(members),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(readFlag('config.allowInsecure', members.allowInsecure) && { tls: { insecure: true } }),
  };
  return { url: readUrl(members.url, rules), settings, secret: readSecret(members.secret) };
}

function readUrl(value: unknown, rules: EgressRules): string {
  if (typeof value !== 'string' || !URL.canParse(value)) throw invalid('config.url', 'must be an http or https URL');
  const url = new URL(value);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw invalid('config.url', 'must be http or https');
  if (url.username !== '' || url.password !== '')
    throw invalid('config.url', 'must not contain a user or a password; send them in additionalHeaders.authorization');
  const problem = rules.problemOf(destinationOf(url));
  if (problem !== undefined) throw invalid('config.url', problem);
  return value;
}

function readSecret(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const problem = typeof value === 'string' ? schemeOf(SCHEME).problemOf(value) : 'must be a text';
  if (problem !== undefined) throw invalid('config.secret', problem);
  return String(value);
}

function readPrefix(value: unknown): string {
  if (value === undefined) return schemeOf(SCHEME).defaultPrefix ?? '';
  if (typeof value === 'string' && HEADER_PREFIX.test(value)) return value;
  throw invalid('config.headerIdentifier', HEADER_PREFIX_RULE);
}

function readHeaders(value: unknown, prefix: string): Readonly<Record<string, string>> {
  const source = 'config.additionalHeaders';
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const headers = readMembers(source, value, names);
  if (names.length > MAX_HEADERS) throw invalid(source, `there are at most ${MAX_HEADERS} headers`);
  const taken = new Set(schemeOf(SCHEME).headerNames(prefix));
  const read: [string, string][] = [];
  for (const [name, text] of Object.entries(headers)) {
    const parsed = parseHeaderName(name);
    const lower = name.toLowerCase();
    if (!parsed.ok || name.length > MAX_HEADER_NAME_LENGTH)
      throw invalid(source, `"${echo(name)}" ${parsed.ok ? 'is too long' : parsed.problem}`);
    if (taken.has(lower)) throw invalid(source, `"${name}" is set by the emitter, or is there twice`);
    if (typeof text !== 'string' || text.length > MAX_HEADER_VALUE_LENGTH || !HEADER_VALUE.test(text))
      throw invalid(`${source}.${name}`, `must be 1 to ${MAX_HEADER_VALUE_LENGTH} visible ASCII characters`);
    taken.add(lower);
    read.push([name, text]);
  }
  return Object.fromEntries(read);
}

function readFlag(source: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  throw invalid(source, 'must be true or false');
}

/** `maxRetries` counts requests, as in WebhooksEmitter. With the jitter, no wait is longer than the limit. */
function readRetry(members: Readonly<Record<string, unknown>>): RetrySettings {
  const backoff = readMembers('config.backoff', members.backoff, ['start', 'limit']);
  const limit = readNumber('config.backoff.limit', backoff.limit, { min: 1, max: DAY_MS, fallback: 60_000 });
  const fallback = Math.min(1000, limit);
  const startMs = readNumber('config.backoff.start', backoff.start, { min: 1, max: limit, fallback });
  const requests = readNumber('config.maxRetries', members.maxRetries, { min: 1, max: 100, fallback: 3 });
  const capMs = Math.max(1, Math.floor(limit / (1 + JITTER)));
  return { schedule: { kind: 'exponential', startMs, factor: 2, capMs, tries: requests - 1 }, jitter: JITTER };
}
