import type { FormatName } from '../format/formats.js';
import type { SchemeName } from '../signature/schemes.js';

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

/**
 * Settings in which a webhook differs from the configured defaults. An absent setting has the default. The settings
 * contain no secret.
 */
export interface WebhookSettings {
  readonly format?: FormatName;
  readonly method?: RequestMethod;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Names of the message's NATS headers that are passed on, in lower case. */
  readonly passHeaders?: readonly string[];
  readonly signature?: SignatureSettings;
  readonly auth?: CredentialSettings;
  readonly tls?: TlsSettings;
  readonly proxy?: ProxySettings;
  readonly retry?: RetrySettings;
  readonly timeoutMs?: number;
  /** Maximum number of concurrent requests, per instance. */
  readonly maxInFlight?: number;
  readonly rate?: RateLimit;
  readonly breaker?: BreakerSettings;
  readonly ordering?: Ordering;
  /** Time of uninterrupted failure after which hukz disables the webhook. 0 means never. */
  readonly disableAfterMs?: number;
}

/** The signature scheme of a webhook. The default is Standard Webhooks. */
export const schemeNameIn = ({ signature }: WebhookSettings): SignatureSettings['scheme'] =>
  signature?.scheme ?? 'standard';

/** A single object that is shared by all webhooks without settings, which are most of a hundred thousand. */
export const NO_SETTINGS: WebhookSettings = Object.freeze({});
