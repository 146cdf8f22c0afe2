import type { Filter } from '../filter/filter.js';
import { parseFilterText } from '../filter/parsing/parse-filter.js';
import { formatNames } from '../format/formats.js';
import { type SchemeName, schemeNames } from '../signature/schemes.js';
import {
  type Codec,
  either,
  listOf,
  number,
  object,
  oneOf,
  type SomeCodec,
  text,
  textsByName,
} from '../stored/codec.js';

export type RequestMethod = 'POST' | 'PUT' | 'PATCH';

export interface SignatureSettings {
  readonly scheme: SchemeName | 'none';
  /** The middle of `X-<prefix>-Signature`, for schemes whose header names contain a prefix. */
  readonly prefix?: string;
}

/** The way in which a webhook's requests authenticate to its receiver. The secrets are stored separately. */
export type CredentialSettings =
  | { readonly type: 'basic'; readonly username: string }
  | { readonly type: 'bearer' }
  | { readonly type: 'api_key'; readonly header: string }
  | {
      readonly type: 'oauth2';
      readonly clientId: string;
      /** Either the URL of the token endpoint is set, or the issuer that announces the URL. */
      readonly tokenUrl?: string;
      readonly issuer?: string;
      readonly scope?: string;
      readonly audience?: string;
      /** The method by which the client authenticates. When it is absent, the method is `client_secret_basic`. */
      readonly clientAuth?: 'client_secret_post';
    };

export type OAuth2Settings = Extract<CredentialSettings, { readonly type: 'oauth2' }>;

/** TLS settings. The private key of a client certificate is stored separately. */
export interface TlsSettings {
  /** PEM. This authority is trusted instead of the public ones. */
  readonly ca?: string;
  /** PEM. This client certificate is shown to the receiver. */
  readonly certificate?: string;
  /** Set when the receiver's certificate is not checked. */
  readonly insecure?: true;
}

/**
 * The webhook's own proxy. `none` bypasses the proxy that is configured for all webhooks. User and password are stored
 * separately.
 */
export type ProxySettings = 'none' | { readonly host: string; readonly port: number; readonly login?: true };

/** The retry policy of a webhook. Absent fields have the configured values. */
export interface RetrySettings {
  readonly schedule?: RetrySchedule;
  /** 0.2 spreads each wait evenly over ±20 %. */
  readonly jitter?: number;
  /** Time since the message was received after which the delivery is not attempted again. */
  readonly maxAgeMs?: number;
  /** Statuses after which the delivery is not attempted again. */
  readonly finalStatuses?: readonly number[];
}

export type RetrySchedule =
  | { readonly kind: 'waits'; readonly waitsMs: readonly number[] }
  | {
      readonly kind: 'exponential';
      readonly startMs: number;
      readonly factor: number;
      readonly capMs: number;
      readonly tries: number;
    }
  | { readonly kind: 'constant'; readonly waitMs: number; readonly tries: number };

/** At most `count` requests in each period of `perMs`, over all instances together. */
export interface RateLimit {
  readonly count: number;
  readonly perMs: number;
}

/** Conditions that open a circuit. `off` disables the breaker, and absent fields have the configured values. */
export type BreakerSettings =
  | 'off'
  | {
      /** Number of consecutive failures. */
      readonly failures?: number;
      /** Failed share of the attempts in a window, from 0 to 1. */
      readonly share?: number;
    };

/**
 * Selects the deliveries that wait for each other. The key is a header of the message, or a JSON pointer into its
 * payload.
 */
export type Ordering =
  | { readonly by: 'webhook' }
  | { readonly by: 'key'; readonly header: string }
  | { readonly by: 'key'; readonly pointer: string };

const signature = object<SignatureSettings>({
  scheme: ['scheme', oneOf(...schemeNames, 'none')],
  prefix: ['prefix', text, 'optional'],
});

type Credentials<Type> = Extract<CredentialSettings, { readonly type: Type }>;
const credentials = either(
  object<Credentials<'basic'>>({ type: ['type', oneOf('basic')], username: ['username', text] }),
  object<Credentials<'bearer'>>({ type: ['type', oneOf('bearer')] }),
  object<Credentials<'api_key'>>({ type: ['type', oneOf('api_key')], header: ['header', text] }),
  object<OAuth2Settings>({
    type: ['type', oneOf('oauth2')],
    clientId: ['client_id', text],
    tokenUrl: ['token_url', text, 'optional'],
    issuer: ['issuer', text, 'optional'],
    scope: ['scope', text, 'optional'],
    audience: ['audience', text, 'optional'],
    clientAuth: ['client_auth', oneOf('client_secret_post'), 'optional'],
  }),
);

const tls = object<TlsSettings>({
  ca: ['ca', text, 'optional'],
  certificate: ['certificate', text, 'optional'],
  insecure: ['insecure', oneOf(true), 'optional'],
});

const proxy = either(
  oneOf('none'),
  object<Exclude<ProxySettings, 'none'>>({
    host: ['host', text],
    port: ['port', number],
    login: ['login', oneOf(true), 'optional'],
  }),
);

type Schedule<Kind> = Extract<RetrySchedule, { readonly kind: Kind }>;
const schedule = either(
  object<Schedule<'waits'>>({ kind: ['kind', oneOf('waits')], waitsMs: ['waits_ms', listOf(number)] }),
  object<Schedule<'exponential'>>({
    kind: ['kind', oneOf('exponential')],
    startMs: ['start_ms', number],
    factor: ['factor', number],
    capMs: ['cap_ms', number],
    tries: ['tries', number],
  }),
  object<Schedule<'constant'>>({
    kind: ['kind', oneOf('constant')],
    waitMs: ['wait_ms', number],
    tries: ['tries', number],
  }),
);

const retry = object<RetrySettings>({
  schedule: ['schedule', schedule, 'optional'],
  jitter: ['jitter', number, 'optional'],
  maxAgeMs: ['max_age_ms', number, 'optional'],
  finalStatuses: ['final_statuses', listOf(number), 'optional'],
});

const rate = object<RateLimit>({ count: ['count', number], perMs: ['per_ms', number] });

const breaker = either(
  oneOf('off'),
  object<Exclude<BreakerSettings, 'off'>>({
    failures: ['failures', number, 'optional'],
    share: ['share', number, 'optional'],
  }),
);

const ordering = either(
  object<Extract<Ordering, { readonly by: 'webhook' }>>({ by: ['by', oneOf('webhook')] }),
  object<Extract<Ordering, { readonly header: string }>>({ by: ['by', oneOf('key')], header: ['header', text] }),
  object<Extract<Ordering, { readonly pointer: string }>>({ by: ['by', oneOf('key')], pointer: ['pointer', text] }),
);

/** A filter is stored as the text of its JSON, so that no number and no order of members changes. */
const filter: Codec<Filter> = {
  read: (stored) => {
    const parsed = typeof stored === 'string' ? parseFilterText(stored) : undefined;
    return parsed?.ok ? parsed.value : undefined;
  },
  write: ({ text }) => text,
};

/** The settings of a webhook: each with the name and the form in which it is stored. */
export const SETTINGS = {
  format: ['format', oneOf(...formatNames)],
  method: ['method', oneOf('POST', 'PUT', 'PATCH')],
  /** Headers of every request. */
  headers: ['headers', textsByName],
  /** Names of the message's NATS headers that are passed on, in lower case. */
  passHeaders: ['pass_headers', listOf(text)],
  signature: ['signature', signature],
  auth: ['auth', credentials],
  tls: ['tls', tls],
  proxy: ['proxy', proxy],
  retry: ['retry', retry],
  timeoutMs: ['timeout_ms', number],
  /** Maximum number of concurrent requests, per instance. */
  maxInFlight: ['max_in_flight', number],
  rate: ['rate', rate],
  breaker: ['breaker', breaker],
  ordering: ['ordering', ordering],
  filter: ['filter', filter],
  /** The decision about a message whose payload is too large for the filter. The default is `send`. */
  filterOversize: ['filter_oversize', oneOf('send', 'skip')],
  /** Time of uninterrupted failure after which hukz disables the webhook. 0 means never. */
  disableAfterMs: ['disable_after_ms', number],
  /**
   * Set for a webhook whose requests travel over NATS to a prompt. It is deleted this long after its last change.
   */
  listenMs: ['listen_ms', number],
} as const satisfies Readonly<Record<string, readonly [name: string, codec: SomeCodec]>>;

type Value<Row> = Row extends readonly [string, Codec<infer T>] ? T : never;

/**
 * Settings in which a webhook differs from the configured defaults. An absent setting has the default. The settings
 * contain no secret.
 */
export type WebhookSettings = { readonly [Setting in keyof typeof SETTINGS]?: Value<(typeof SETTINGS)[Setting]> };

/** The signature scheme of a webhook. The default is Standard Webhooks. */
export const schemeNameIn = ({ signature }: WebhookSettings): SignatureSettings['scheme'] =>
  signature?.scheme ?? 'standard';

/** A single object that is shared by all webhooks without settings, which are most of a hundred thousand. */
export const NO_SETTINGS: WebhookSettings = Object.freeze({});
