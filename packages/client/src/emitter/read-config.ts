import type { EmitterBackoff, EmitterConfig } from './contract.js';
import { invalid } from './emitter-error.js';
import { membersOf, type ReadersOf, readFlag, readMembers, readText, wholeNumber } from './read.js';

/** The configuration of an emitter with its defaults. Each form has rules of its own for secrets and headers. */
export interface ReadConfig {
  readonly url: URL;
  readonly secret: string | undefined;
  readonly prefix: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly isInsecure: boolean;
  readonly retry: RetryNumbers;
}

/** A wait doubles the one before, up to `capMs`, and is spread evenly by the share `jitter`. */
export interface RetryNumbers {
  /** Number of requests after the first one. */
  readonly tries: number;
  readonly startMs: number;
  readonly factor: number;
  readonly capMs: number;
  readonly jitter: number;
}

export const SCHEME = 'webhooks-emitter';
const DAY_MS = 86_400_000;
/** WebhooksEmitter spreads its waits as widely. */
const JITTER = 0.5;

const backoffReaders = {
  start: (_, value) => value,
  limit: wholeNumber({ min: 1, max: DAY_MS, fallback: 60_000 }),
} satisfies ReadersOf<EmitterBackoff>;

const configReaders = {
  url: readUrl,
  secret: readText,
  headerIdentifier: readText,
  maxRetries: wholeNumber({ min: 1, max: 100, fallback: 3 }),
  requestTimeout: wholeNumber({ min: 1, max: 600_000, fallback: 5000 }),
  additionalHeaders: readTexts,
  allowInsecure: readFlag,
  backoff: (source, value) => readMembers(source, value, backoffReaders),
} satisfies ReadersOf<EmitterConfig>;

/** Reads the configuration of an emitter, which may come from a caller without types. @throws {EmitterError} */
export function readConfig(config: EmitterConfig): ReadConfig {
  const { url, secret, headerIdentifier, maxRetries, requestTimeout, ...members } = readMembers(
    'config',
    config,
    configReaders,
  );
  return {
    url,
    secret,
    prefix: headerIdentifier ?? 'Webhooks',
    headers: members.additionalHeaders,
    timeoutMs: requestTimeout,
    isInsecure: members.allowInsecure,
    retry: { tries: maxRetries - 1, ...waits(members.backoff) },
  };
}

function readUrl(source: string, value: unknown): URL {
  if (typeof value !== 'string' || !URL.canParse(value)) throw invalid(source, 'must be an http or https URL');
  const url = new URL(value);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw invalid(source, 'must be http or https');
  if (url.username !== '' || url.password !== '')
    throw invalid(source, 'must not contain a user or a password; send them in additionalHeaders.authorization');
  return url;
}

function readTexts(source: string, value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(membersOf(source, value)).map(([name, text]) => {
    if (typeof text !== 'string') throw invalid(`${source}.${name}`, 'must be a text');
    return [name, text] as const;
  });
  return Object.fromEntries(entries);
}

/** With the jitter, no wait is longer than the limit. */
function waits({ start, limit }: { readonly start: unknown; readonly limit: number }): Omit<RetryNumbers, 'tries'> {
  const startMs = wholeNumber({ min: 1, max: limit, fallback: Math.min(1000, limit) })('config.backoff.start', start);
  return { startMs, factor: 2, capMs: Math.max(1, Math.floor(limit / (1 + JITTER))), jitter: JITTER };
}
