import type { BreakerPolicy } from '../internal/domain/breaker.js';
import type { Ceilings } from '../internal/domain/ceilings.js';
import type { EgressProxy } from '../internal/domain/egress-proxy.js';
import type { EgressSettings } from '../internal/domain/egress-rules.js';
import type { RetryPolicy } from '../internal/domain/retry-policy.js';
import type { EncryptionKey } from '../internal/domain/secret.js';
import type { RateLimit } from '../internal/domain/webhook-settings.js';
import type { LogLevel } from '../internal/logger.js';

/** The configuration as the program works with it: whole, judged, durations in milliseconds. Keys: `schema.ts`. */
export interface Config {
  readonly mode: 'production' | 'development';
  readonly host: string;
  readonly port: number;
  readonly api: {
    /** The hosts that are answered, in lower case. */
    readonly hosts: readonly string[];
    /** Of each user and each address; absent: no limit. */
    readonly rate?: RateLimit;
  };
  /** The address of `/metrics`, and the bearer token that its clients must send, if one is configured. */
  readonly metrics: { readonly host: string; readonly port: number; readonly token?: string };
  /** Of callers: how many at most to each port, and how long one may take to read an answer. */
  readonly connections: { readonly most: number; readonly mostToMetrics: number; readonly answerTimeoutMs: number };
  /** Processes; `auto` is one a core. */
  readonly workers: number | 'auto';
  readonly database: DatabaseConfig;
  readonly nats: NatsConfig;
  /** The first encrypts, all decrypt; none: nothing is encrypted. */
  readonly encryptionKeys: readonly EncryptionKey[];
  /** Whether secrets that are not encrypted, or in the earlier form, are refused. */
  readonly encryptionStrict: boolean;
  /** The queue group that all instances of one service share. */
  readonly queueGroup: string;
  readonly intake: {
    readonly source: 'core' | 'jetstream';
    readonly maxMessages: number;
    readonly maxBytes: number;
    readonly storeUnmatched: boolean;
    /** Prefixes of subjects on which replies come, to us or to others. */
    readonly inboxes: readonly string[];
    readonly allowAllSubjects: boolean;
    /** Subjects that may be registered; empty: every subject may. */
    readonly eventSubjects: readonly string[];
  };
  /** Our stream, where messages come from JetStream; the window counts in both modes. */
  readonly stream: {
    readonly name: string;
    readonly maxAgeMs: number;
    /** 0: no limit. */
    readonly maxBytes: number;
    /** Whether it answers each message with a PubAck. */
    readonly acknowledge: 'on' | 'publish-only' | 'off';
    readonly replicas: number;
    readonly duplicateWindowMs: number;
    readonly deliverPolicy: 'new' | 'all';
    readonly maxAckPending: number;
  };
  readonly retry: RetryPolicy;
  readonly request: { readonly timeoutMs: number; readonly lookupTimeoutMs: number; readonly connectTimeoutMs: number };
  /** The destinations that requests may have, and the proxy that they go through. */
  readonly egress: EgressSettings & {
    readonly proxy?: EgressProxy;
    readonly webhookProxies: boolean;
    /** Whether webhooks may have `tls.insecure`. */
    readonly insecureTls: boolean;
  };
  readonly dispatch: {
    readonly maxInFlight: number;
    readonly maxInFlightPerWebhook: number;
    /** Deliveries and bytes of bodies held in memory. */
    readonly maxHeld: number;
    readonly maxHeldBytes: number;
    /** The share of all slots that retries may take. */
    readonly maxRetryShare: number;
  };
  /** Limits for the settings of webhooks. */
  readonly ceilings: Ceilings;
  readonly replay: { readonly ratePerSecond: number };
  /** How long what is kept is kept. */
  readonly retention: { readonly messagesMs: number; readonly logsMs: number; readonly deadLettersMs: number };
  /** When a webhook is left alone for a while, and when for good. */
  readonly patience: {
    readonly breaker: BreakerPolicy;
    /** The wait before the first probe of an open circuit; it doubles up to the longest. */
    readonly probeMs: number;
    readonly longestProbeMs: number;
    /** 0: never. */
    readonly disableAfterMs: number;
  };
  /** Whether outcomes of attempts and changes of webhooks are published on NATS. */
  readonly results: boolean;
  /** Of the one running instance that has it. */
  readonly instanceName: string | undefined;
  readonly instanceTimeoutMs: number;
  readonly shutdownGraceMs: number;
  readonly log: { readonly level: LogLevel; readonly format: 'json' | 'pretty' };
}

export interface DatabaseConfig {
  /** The first of `hosts`. */
  readonly host: string;
  readonly port: number;
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly user: string;
  readonly password: string;
  readonly name: string;
  readonly sslMode: 'disable' | 'require' | 'verify-ca' | 'verify-full';
  /** Paths of PEM files. */
  readonly sslRootCert?: string;
  readonly sslCert?: string;
  readonly sslKey?: string;
  /** Connections for the API and for the journal. */
  readonly apiPool: number;
  readonly journalPool: number;
}

export interface NatsConfig {
  /** `host:port` or `nats://host:port`, never with a user or password in it. */
  readonly servers: readonly string[];
  readonly userName?: string;
  readonly userPassword?: string;
  readonly token?: string;
  readonly nkeySeedFile?: string;
  readonly credsFile?: string;
  /** Present when TLS is asked for, by a file or by the scheme `tls://`. */
  readonly tls?: {
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
    /** TLS begins before the server's first line. */
    readonly handshakeFirst: boolean;
  };
  /** Of the subjects on which replies come to us. */
  readonly inboxPrefix: string;
}
