import type { EgressProxy } from '../internal/domain/egress-proxy.js';
import type { HostPattern } from '../internal/domain/host-pattern.js';
import type { IpRange } from '../internal/domain/ip-range.js';
import type { Nat64Prefix } from '../internal/domain/nat64-prefix.js';
import { type PortRange, USUAL_PORTS } from '../internal/domain/port-range.js';
import { allInboxes } from '../internal/domain/reserved.js';
import type { EncryptionKey } from '../internal/domain/secret.js';
import type { RateLimit } from '../internal/domain/webhook-settings.js';
import type { LogLevel } from '../internal/logger.js';
import type { Config, DatabaseConfig, NatsConfig } from './config.js';
import type { GivenHost } from './database-hosts.js';
import type { NatsServer } from './nats-servers.js';
import type { Key } from './schema.js';

type Texts =
  | 'HOST'
  | 'DATABASE_USER'
  | 'DATABASE_PASSWORD'
  | 'DATABASE_NAME'
  | 'QUEUE_GROUP'
  | 'NATS_STREAM'
  | OptionalText;
type OptionalText =
  | 'METRICS_HOST'
  | 'METRICS_TOKEN'
  | 'NATS_USER_NAME'
  | 'NATS_USER_PASSWORD'
  | 'NATS_TOKEN'
  | `DATABASE_SSL_${'ROOT_CERT' | 'CERT' | 'KEY'}`
  | 'NATS_INBOX_PREFIX'
  | 'INSTANCE_NAME'
  | `NATS_${'NKEY_SEED' | 'CREDS' | 'TLS_CA' | 'TLS_CERT' | 'TLS_KEY'}_FILE`;

/** A value a key, as the formats of the schema give it. A required key that was not asked for is absent. */
export type Values = Readonly<
  Record<Texts, string> &
    Record<Flags, boolean> & {
      MODE: Config['mode'];
      WORKERS: Config['workers'];
      DATABASE_SSL_MODE: DatabaseConfig['sslMode'];
      DATABASE_HOST: readonly GivenHost[];
      NATS_URL: readonly NatsServer[];
      NATS_OTHER_INBOX_PREFIXES: readonly string[];
      EVENT_SUBJECTS: readonly string[];
      INTAKE: Config['intake']['source'];
      STREAM_ACK: Config['stream']['acknowledge'];
      DELIVER_POLICY: Config['stream']['deliverPolicy'];
      RETRY_SCHEDULE: readonly number[];
      ENCRYPTION_KEYS: readonly EncryptionKey[];
      EGRESS_ALLOW_CIDRS: readonly IpRange[];
      EGRESS_DENY_CIDRS: readonly IpRange[];
      EGRESS_DENY_HOSTS: readonly HostPattern[];
      EGRESS_NAT64_PREFIXES: readonly Nat64Prefix[];
      EGRESS_ALLOW_PORTS: readonly PortRange[];
      EGRESS_PROXY: readonly EgressProxy[];
      API_HOSTS: readonly string[];
      API_RATE: readonly RateLimit[];
      RESULTS: 'on' | 'off';
      LOG_LEVEL: LogLevel;
      LOG_FORMAT: 'auto' | 'json' | 'pretty';
    } & Record<Exclude<Key, Texts | Others>, number>
>;
type Flags =
  | 'ENCRYPTION_STRICT'
  | 'STORE_UNMATCHED'
  | 'ALLOW_ALL_SUBJECTS'
  | 'ALLOW_BREAKER_OFF'
  | 'HTTPS_ONLY'
  | 'ALLOW_INSECURE_TLS'
  | 'WEBHOOK_PROXIES'
  | 'NATS_TLS_HANDSHAKE_FIRST';
type Others =
  | Flags
  | 'MODE'
  | 'WORKERS'
  | 'DATABASE_HOST'
  | 'DATABASE_SSL_MODE'
  | 'NATS_URL'
  | 'NATS_OTHER_INBOX_PREFIXES'
  | 'EVENT_SUBJECTS'
  | 'INTAKE'
  | 'STREAM_ACK'
  | 'DELIVER_POLICY'
  | 'RETRY_SCHEDULE'
  | 'ENCRYPTION_KEYS'
  | `EGRESS_${'ALLOW_CIDRS' | 'DENY_CIDRS' | 'DENY_HOSTS' | 'NAT64_PREFIXES' | 'ALLOW_PORTS' | 'PROXY'}`
  | `API_${'HOSTS' | 'RATE'}`
  | 'RESULTS'
  | 'LOG_LEVEL'
  | 'LOG_FORMAT';

/** Fewer attempts in a window say nothing of the share that failed. */
const LEAST_ATTEMPTS = 20;

export function toConfig(values: Values): Config {
  return {
    mode: values.MODE,
    host: values.HOST,
    port: values.PORT,
    api: { hosts: values.API_HOSTS, ...(values.API_RATE[0] && { rate: values.API_RATE[0] }) },
    metrics: {
      host: values.METRICS_HOST || values.HOST,
      port: values.METRICS_PORT,
      ...some('token', values.METRICS_TOKEN),
    },
    connections: {
      most: values.API_MAX_CONNECTIONS,
      mostToMetrics: values.METRICS_MAX_CONNECTIONS,
      answerTimeoutMs: values.ANSWER_TIMEOUT,
    },
    workers: values.WORKERS,
    database: databaseConfig(values),
    nats: natsConfig(values),
    encryptionKeys: values.ENCRYPTION_KEYS,
    encryptionStrict: values.ENCRYPTION_STRICT,
    queueGroup: values.QUEUE_GROUP,
    intake: {
      source: values.INTAKE,
      maxMessages: values.INTAKE_MAX_MESSAGES,
      maxBytes: values.INTAKE_MAX_BYTES,
      storeUnmatched: values.STORE_UNMATCHED,
      inboxes: allInboxes(values.NATS_INBOX_PREFIX, values.NATS_OTHER_INBOX_PREFIXES),
      allowAllSubjects: values.ALLOW_ALL_SUBJECTS,
      eventSubjects: values.EVENT_SUBJECTS,
    },
    stream: {
      name: values.NATS_STREAM,
      maxAgeMs: values.STREAM_MAX_AGE,
      maxBytes: values.STREAM_MAX_BYTES,
      acknowledge: values.STREAM_ACK,
      replicas: values.STREAM_REPLICAS,
      duplicateWindowMs: values.DUPLICATE_WINDOW,
      deliverPolicy: values.DELIVER_POLICY,
      maxAckPending: values.MAX_ACK_PENDING,
    },
    retry: {
      scheduleMs: values.RETRY_SCHEDULE,
      jitter: values.RETRY_JITTER,
      maxAgeMs: values.RETRY_MAX_AGE,
      finalStatuses: [],
      localFaultDelayMs: values.LOCAL_FAULT_DELAY,
    },
    request: {
      timeoutMs: values.REQUEST_TIMEOUT,
      lookupTimeoutMs: values.LOOKUP_TIMEOUT,
      connectTimeoutMs: values.CONNECT_TIMEOUT,
    },
    egress: egressConfig(values),
    dispatch: {
      maxInFlight: values.MAX_IN_FLIGHT,
      maxInFlightPerWebhook: values.MAX_IN_FLIGHT_PER_WEBHOOK,
      maxHeld: values.MAX_HELD,
      maxHeldBytes: values.MAX_HELD_BYTES,
      maxRetryShare: values.MAX_RETRY_SHARE,
    },
    ceilings: {
      maxTimeoutMs: Math.max(values.MAX_TIMEOUT, values.REQUEST_TIMEOUT),
      minRetryWaitMs: values.MIN_RETRY_WAIT,
      breakerMayBeOff: values.ALLOW_BREAKER_OFF,
      breaker: { failures: values.BREAKER_FAILURES, share: values.BREAKER_SHARE },
    },
    replay: { ratePerSecond: values.REPLAY_RATE },
    retention: {
      messagesMs: values.MESSAGE_RETENTION,
      logsMs: values.LOG_RETENTION,
      deadLettersMs: values.DEAD_LETTER_RETENTION,
    },
    patience: {
      breaker: {
        failures: values.BREAKER_FAILURES,
        share: values.BREAKER_SHARE,
        windowMs: values.BREAKER_WINDOW,
        leastAttempts: LEAST_ATTEMPTS,
      },
      probeMs: values.BREAKER_PROBE,
      longestProbeMs: values.BREAKER_PROBE_MAX,
      disableAfterMs: values.DISABLE_AFTER,
    },
    results: values.RESULTS === 'on',
    instanceName: values.INSTANCE_NAME || undefined,
    instanceTimeoutMs: values.INSTANCE_TIMEOUT,
    shutdownGraceMs: values.SHUTDOWN_GRACE,
    log: logConfig(values),
  };
}

function egressConfig(values: Values): Config['egress'] {
  const development = values.MODE === 'development';
  const ports = values.EGRESS_ALLOW_PORTS;
  return {
    development,
    allowRanges: values.EGRESS_ALLOW_CIDRS,
    denyRanges: values.EGRESS_DENY_CIDRS,
    denyHosts: values.EGRESS_DENY_HOSTS,
    nat64Prefixes: values.EGRESS_NAT64_PREFIXES,
    allowPorts: ports.length > 0 || development ? ports : USUAL_PORTS,
    httpsOnly: values.HTTPS_ONLY,
    insecureTls: values.ALLOW_INSECURE_TLS,
    webhookProxies: values.WEBHOOK_PROXIES,
    ...(values.EGRESS_PROXY[0] && { proxy: values.EGRESS_PROXY[0] }),
  };
}

export function logConfig(values: Pick<Values, 'MODE' | 'LOG_LEVEL' | 'LOG_FORMAT'>): Config['log'] {
  const usual = values.MODE === 'development' ? 'pretty' : 'json';
  return { level: values.LOG_LEVEL, format: values.LOG_FORMAT === 'auto' ? usual : values.LOG_FORMAT };
}

export function databaseConfig(values: Values): DatabaseConfig {
  // A command that does not need the database was not asked for its host.
  const hosts = (values.DATABASE_HOST ?? []).map(({ host, port = values.DATABASE_PORT }) => ({ host, port }));
  const { host, port } = hosts[0] ?? { host: '', port: values.DATABASE_PORT };
  return {
    host,
    port,
    hosts,
    user: values.DATABASE_USER,
    password: values.DATABASE_PASSWORD,
    name: values.DATABASE_NAME,
    sslMode: values.DATABASE_SSL_MODE,
    ...some('sslRootCert', values.DATABASE_SSL_ROOT_CERT),
    ...some('sslCert', values.DATABASE_SSL_CERT),
    ...some('sslKey', values.DATABASE_SSL_KEY),
    apiPool: values.DATABASE_API_POOL,
    journalPool: values.DATABASE_JOURNAL_POOL,
  };
}

/** A login given by keys takes precedence over a login in the URL. */
export function natsConfig(values: Values): NatsConfig {
  const given = values.NATS_URL;
  const login = given.find((server) => server.user || server.token);
  const files = {
    ...some('caFile', values.NATS_TLS_CA_FILE),
    ...some('certFile', values.NATS_TLS_CERT_FILE),
    ...some('keyFile', values.NATS_TLS_KEY_FILE),
  };
  const handshakeFirst = values.NATS_TLS_HANDSHAKE_FIRST;
  const isTls = handshakeFirst || given.some((server) => server.tls) || Object.keys(files).length > 0;
  return {
    servers: given.map((server) => server.address),
    ...some('userName', values.NATS_USER_NAME || login?.user),
    ...some('userPassword', values.NATS_USER_PASSWORD || login?.password),
    ...some('token', values.NATS_TOKEN || login?.token),
    ...some('nkeySeedFile', values.NATS_NKEY_SEED_FILE),
    ...some('credsFile', values.NATS_CREDS_FILE),
    ...(isTls ? { tls: { ...files, handshakeFirst } } : {}),
    inboxPrefix: values.NATS_INBOX_PREFIX,
  };
}

function some<K extends string>(name: K, text: string | undefined): { readonly [P in K]?: string } {
  return text ? ({ [name]: text } as { readonly [P in K]?: string }) : {};
}
