import type { FormatName } from '../format/formats.js';
import type { SchemeName } from '../signature/schemes.js';

export type RequestMethod = 'POST' | 'PUT' | 'PATCH';

export interface SignatureSettings {
  readonly scheme: SchemeName | 'none';
  /** Where the scheme's headers are named by one: the middle of `X-<prefix>-Signature`. */
  readonly prefix?: string;
}

/** How a webhook's requests are let in by its receiver. What is secret in it is kept apart. */
export type CredentialSettings =
  | { readonly type: 'basic'; readonly username: string }
  | { readonly type: 'bearer' }
  | { readonly type: 'api_key'; readonly header: string }
  | {
      readonly type: 'oauth2';
      readonly clientId: string;
      /** Either where tokens are given, or who says where that is. */
      readonly tokenUrl?: string;
      readonly issuer?: string;
      readonly scope?: string;
      readonly audience?: string;
      /** How the client proves who it is; absent: `client_secret_basic`. */
      readonly clientAuth?: 'client_secret_post';
    };

export type OAuth2Settings = Extract<CredentialSettings, { readonly type: 'oauth2' }>;

/** The private key of a client certificate is kept apart. */
export interface TlsSettings {
  /** PEM: trusted instead of the public authorities. */
  readonly ca?: string;
  /** PEM: shown to the receiver. */
  readonly certificate?: string;
  /** The receiver's certificate is not checked. */
  readonly insecure?: true;
}

/** A way of its own; `none`: without the one that is configured for all. User and password are kept apart. */
export type ProxySettings = 'none' | { readonly host: string; readonly port: number; readonly login?: true };

/** When to try again; what is absent is as configured. */
export interface RetrySettings {
  readonly schedule?: RetrySchedule;
  /** 0.2 spreads each wait evenly over ±20 %. */
  readonly jitter?: number;
  /** After this time since the message was received nothing is tried again. */
  readonly maxAgeMs?: number;
  /** Answers after which nothing is tried again. */
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

/** At most `count` requests in any `perMs`, all instances together. */
export interface RateLimit {
  readonly count: number;
  readonly perMs: number;
}

/** When a circuit opens; `off` never. What is absent is as configured. */
export type BreakerSettings =
  | 'off'
  | {
      /** Failures in a row. */
      readonly failures?: number;
      /** Part of the attempts of a window that failed, 0 to 1. */
      readonly share?: number;
    };

/** Which deliveries wait for each other; the key is a header of the message, or a JSON pointer into its payload. */
export type Ordering =
  | { readonly by: 'webhook' }
  | { readonly by: 'key'; readonly header: string }
  | { readonly by: 'key'; readonly pointer: string };

/** What a webhook wants otherwise than everybody: an absent setting is the configured default. Holds no secret. */
export interface WebhookSettings {
  readonly format?: FormatName;
  readonly method?: RequestMethod;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Names of the message's NATS headers that are passed on, in lower case. */
  readonly passHeaders?: readonly string[];
  readonly signature?: SignatureSettings;
  readonly auth?: CredentialSettings;
  readonly tls?: TlsSettings;
  readonly proxy?: ProxySettings;
  readonly retry?: RetrySettings;
  readonly timeoutMs?: number;
  /** Requests at the same time, in one instance. */
  readonly maxInFlight?: number;
  readonly rate?: RateLimit;
  readonly breaker?: BreakerSettings;
  readonly ordering?: Ordering;
  /** After so long of nothing but failures it is disabled; 0: never. */
  readonly disableAfterMs?: number;
}

/** Whoever does not say is signed by Standard Webhooks. */
export const schemeNameIn = ({ signature }: WebhookSettings): SignatureSettings['scheme'] =>
  signature?.scheme ?? 'standard';

/** One object for all webhooks that have none: most of a hundred thousand. */
export const NO_SETTINGS: WebhookSettings = Object.freeze({});
