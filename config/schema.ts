import type { Bounds } from './formats.js';

/** One key: its description, its format and bounds, and its default as a person would write it. */
export interface KeySpec extends Bounds {
  readonly doc: string;
  readonly format: Format | readonly string[];
  readonly default: string;
  readonly env: string;
  /** hukz does not start without it. */
  readonly required?: true;
  /** Never shown in a message or a log. `<KEY>_FILE` may name a file that contains it. */
  readonly sensitive?: true;
  /** The value of a required key in `config.yml`. */
  readonly sample?: string;
}

type Format =
  | ('text' | 'whole' | 'share' | 'span' | 'spans' | 'size' | 'flag')
  | (
      | 'hosts'
      | 'queue group'
      | 'instance name'
      | 'servers'
      | 'stream'
      | 'inbox prefix'
      | 'inbox prefixes'
      | 'subjects'
      | 'ranges'
      | 'ports'
      | 'proxy'
      | 'keys'
    )
  | ('host patterns' | 'nat64 prefixes')
  | ('workers' | 'token' | 'rate' | 'host names');
type Options = Omit<KeySpec, 'doc' | 'format' | 'default' | 'env'>;

const PORT: Options = { min: 0, max: 65_535 };
const COUNT: Options = { min: 1, max: 1_000_000 };
/** About the longest wait of a timer. */
const LONGEST_TIMER_MS = 24 * 86_400_000;
const A_SPAN: Options = { min: 1, max: LONGEST_TIMER_MS };
const DAYS: Options = { min: 86_400_000 };

/** Every key of the configuration, in the order of `config.yml`. */
const keys = {
  MODE: key(
    'Mode of operation: production or development. In development, logs are readable, /docs shows the API as a page, and receivers on private addresses are allowed.',
    ['production', 'development'],
    'production',
  ),
  HOST: key(
    'Address that the API listens on. /metrics listens on it too, unless METRICS_HOST is set.',
    'text',
    '0.0.0.0',
  ),
  PORT: key('Port of the API. 0 picks any free port.', 'whole', '8000', PORT),
  API_HOSTS: key(
    'Host names, comma-separated, that the API and /metrics answer besides local names. Browser requests from pages of other hosts are refused. Empty: local names only in development, every host in production. *: every host and page.',
    'host names',
    '',
  ),
  API_RATE: key(
    'Maximum rate of API requests per user (X-User) and per client address, in one process: 100/second, 6000/minute, 100000/hour or off. Further requests are answered with 429; /ping, /health and /metrics are exempt.',
    'rate',
    '60000/minute',
  ),
  METRICS_HOST: key(
    'Address that /metrics listens on; 127.0.0.1 limits it to this machine. Empty: the address in HOST.',
    'text',
    '',
  ),
  METRICS_PORT: key('Port of /metrics. 0 picks any free port.', 'whole', '8001', PORT),
  METRICS_TOKEN: key(
    'Bearer token that clients of /metrics must send, 16 characters or more. With this token, /health/ready also shows the error messages of PostgreSQL and NATS. Empty: /metrics needs no token.',
    'token',
    '',
    { sensitive: true },
  ),
  API_MAX_CONNECTIONS: key(
    'Maximum number of connections to the API per process. At the limit, a new connection replaces the one that is idle longest, or is refused if none is idle. The open-file limit can lower it.',
    'whole',
    '1000',
    COUNT,
  ),
  METRICS_MAX_CONNECTIONS: key(
    'Maximum number of connections to /metrics per process, with the same rules as API_MAX_CONNECTIONS.',
    'whole',
    '50',
    COUNT,
  ),
  ANSWER_TIMEOUT: key(
    'Maximum time that a client may take to read a response of the API or of /metrics. hukz then closes the connection.',
    'span',
    '2m',
    { min: 100, max: 86_400_000 },
  ),
  WORKERS: key(
    'Number of worker processes, each an instance with its own connection pools and limits. auto starts one per CPU core.',
    'workers',
    '1',
  ),

  DATABASE_HOST: required(
    'Host of PostgreSQL. Of several hosts, comma-separated and each with an optional :port, hukz uses the one that accepts writes.',
    'hosts',
    'localhost',
  ),
  DATABASE_PORT: key('Port of PostgreSQL for hosts without a port in DATABASE_HOST.', 'whole', '5432', {
    min: 1,
    max: 65_535,
  }),
  DATABASE_USER: required('PostgreSQL user. It must be allowed to create tables.', 'text', 'hukz'),
  DATABASE_PASSWORD: required('Password of the PostgreSQL user.', 'text', 'hukz', { sensitive: true }),
  DATABASE_NAME: required('Name of the PostgreSQL database.', 'text', 'hukz'),
  DATABASE_SSL_MODE: key(
    'TLS to PostgreSQL: disable, require (encrypts without checking the certificate), verify-ca or verify-full.',
    ['disable', 'require', 'verify-ca', 'verify-full'],
    'disable',
  ),
  DATABASE_SSL_ROOT_CERT: key(
    'File with the certificate authorities to trust for PostgreSQL instead of the public ones. With this file, DATABASE_SSL_MODE=require checks the certificate as verify-ca does.',
    'text',
    '',
  ),
  DATABASE_SSL_CERT: key(
    'File with the client certificate for PostgreSQL. hukz reads it for each connection.',
    'text',
    '',
  ),
  DATABASE_SSL_KEY: key(
    'File with the private key of DATABASE_SSL_CERT. hukz reads it for each connection.',
    'text',
    '',
  ),
  DATABASE_API_POOL: key('Maximum number of PostgreSQL connections for the API, per process.', 'whole', '10', {
    min: 1,
    max: 1000,
  }),
  DATABASE_JOURNAL_POOL: key('Maximum number of PostgreSQL connections for the journal, per process.', 'whole', '6', {
    min: 1,
    max: 1000,
  }),

  NATS_URL: required('URLs of the NATS servers, comma-separated.', 'servers', 'nats://localhost:4222', {
    sensitive: true,
  }),
  NATS_USER_NAME: key('NATS user, if the servers require one.', 'text', ''),
  NATS_USER_PASSWORD: key('Password of NATS_USER_NAME.', 'text', '', { sensitive: true }),
  NATS_TOKEN: key('NATS token, used instead of a user and a password.', 'text', '', { sensitive: true }),
  NATS_NKEY_SEED_FILE: key(
    'File with an nkey seed for NATS, used instead of a password. hukz reads it for each connection.',
    'text',
    '',
  ),
  NATS_CREDS_FILE: key(
    'Credentials file (.creds) for NATS, used instead of a password. hukz reads it for each connection.',
    'text',
    '',
  ),
  NATS_TLS_CA_FILE: key(
    'File with the certificate authorities to trust for NATS. Any of the keys NATS_TLS_CA_FILE, NATS_TLS_CERT_FILE and NATS_TLS_KEY_FILE turns TLS on.',
    'text',
    '',
  ),
  NATS_TLS_CERT_FILE: key('File with the client certificate for NATS.', 'text', ''),
  NATS_TLS_KEY_FILE: key('File with the private key of NATS_TLS_CERT_FILE.', 'text', ''),
  NATS_TLS_HANDSHAKE_FIRST: key(
    'Starts TLS before the NATS server sends its first line, for servers with handshake_first (nats-server 2.10 and newer).',
    'flag',
    'false',
  ),
  NATS_INBOX_PREFIX: key(
    'Prefix of the subjects on which hukz receives NATS replies, for a user that may not subscribe to _INBOX.>.',
    'inbox prefix',
    '_INBOX',
  ),
  NATS_OTHER_INBOX_PREFIXES: key(
    'Inbox prefixes of other applications, comma-separated. Messages below these prefixes, below _INBOX and below $ never trigger a webhook.',
    'inbox prefixes',
    '',
  ),

  ENCRYPTION_KEYS: key(
    'Keys that encrypt the secrets of webhooks, as name:base64 of 32 bytes, comma-separated. The first key encrypts, all keys decrypt. Empty: secrets are stored unencrypted.',
    'keys',
    '',
    { sensitive: true },
  ),
  ENCRYPTION_STRICT: key(
    'Refuses webhook secrets that are unencrypted or in the form of earlier versions; deliveries that need them wait. Requires ENCRYPTION_KEYS. Turn it on once "hukz keys status" says that it can be turned on.',
    'flag',
    'false',
  ),

  QUEUE_GROUP: required(
    'Name that all instances share as their NATS queue group, and as the durable consumer of INTAKE=jetstream, so that one instance gets each message.',
    'queue group',
    'hukz',
  ),
  INTAKE: key(
    'Source of messages. core subscribes to NATS: a message is safe once hukz has committed it. jetstream reads a stream that hukz manages: a message is safe once the stream has it.',
    ['core', 'jetstream'],
    'core',
  ),
  NATS_STREAM: key('Name of the stream that hukz manages (INTAKE=jetstream).', 'stream', 'HUKZ'),
  STREAM_MAX_AGE: key('Maximum age of messages in the stream that hukz manages (INTAKE=jetstream).', 'span', '7d', {
    min: 60_000,
  }),
  STREAM_MAX_BYTES: key(
    'Maximum size of the stream that hukz manages; the oldest messages are evicted first (INTAKE=jetstream). 0: no limit.',
    'size',
    '0',
  ),
  STREAM_ACK: key(
    'PubAcks of the stream that hukz manages (INTAKE=jetstream); they answer every request. on: an event whose subject a NATS service answers needs "publish_only": true. publish-only: every event needs it. off: no PubAcks.',
    ['on', 'publish-only', 'off'],
    'on',
  ),
  STREAM_REPLICAS: key(
    'Number of NATS servers that store the stream that hukz manages (INTAKE=jetstream).',
    'whole',
    '1',
    { min: 1, max: 5 },
  ),
  DELIVER_POLICY: key(
    'Start position in one of your own streams that hukz has never read before (INTAKE=jetstream): new messages only, or all messages.',
    ['new', 'all'],
    'new',
  ),
  MAX_ACK_PENDING: key(
    'Maximum number of unacknowledged stream messages of all instances together (INTAKE=jetstream). If the NATS server allows fewer, its limit applies.',
    'whole',
    '50000',
    COUNT,
  ),
  DUPLICATE_WINDOW: key(
    'Time for which hukz remembers a Nats-Msg-Id with its subject. A message with the same id and subject within this time is a duplicate.',
    'span',
    '2m',
    A_SPAN,
  ),
  INTAKE_MAX_MESSAGES: key(
    'Maximum number of messages in memory waiting to be written to the journal. Beyond it, core messages are dropped and counted, and jetstream messages are redelivered by their stream.',
    'whole',
    '50000',
    COUNT,
  ),
  INTAKE_MAX_BYTES: key(
    'Maximum total size of messages in memory waiting to be written to the journal.',
    'size',
    '64MiB',
    { min: 1024 },
  ),
  STORE_UNMATCHED: key('Stores messages of registered events even if they match no webhook.', 'flag', 'true'),
  EVENT_SUBJECTS: key(
    'Subjects that events may be registered for, comma-separated, with wildcards: app.>,orders.*. Empty: any subject that does not belong to NATS.',
    'subjects',
    '',
  ),
  ALLOW_ALL_SUBJECTS: key(
    'Allows events that cover nearly every subject of the server: >, *, or a leading wildcard that is followed by another wildcard.',
    'flag',
    'false',
  ),

  RETRY_SCHEDULE: key(
    'Waits between attempts, comma-separated. There are as many retries as waits. Empty: no retries.',
    'spans',
    '5s,5m,30m,2h,5h,10h,14h,20h,24h',
  ),
  RETRY_JITTER: key(
    'Random variation of each retry wait, as a fraction: 0.2 makes it up to 20 % shorter or longer.',
    'share',
    '0.2',
    {
      min: 0,
      max: 1,
    },
  ),
  LOCAL_FAULT_DELAY: key(
    'Wait after a fault of hukz itself, such as a broken proxy. Such a fault does not use up a retry.',
    'span',
    '5s',
    A_SPAN,
  ),
  RETRY_MAX_AGE: key(
    'Maximum age of a message at a retry, also after faults of hukz itself. A failed delivery whose next attempt would come later becomes a dead letter. 0s: no limit.',
    'span',
    '14d',
  ),
  BREAKER_FAILURES: key(
    "Consecutive failures that open a webhook's circuit breaker; its deliveries then wait for a successful probe. A delivery counts once, unless it is ordered or its receiver cannot be connected to. 0 disables this trigger.",
    'whole',
    '30',
    { min: 0, max: 1_000_000 },
  ),
  BREAKER_SHARE: key(
    "Share of failed attempts in a BREAKER_WINDOW of at least 20 attempts that opens a webhook's circuit breaker. Each delivery counts once. 0 disables this trigger.",
    'share',
    '0.9',
    { min: 0, max: 1 },
  ),
  BREAKER_WINDOW: key('Time window over which BREAKER_SHARE is measured.', 'span', '1m', A_SPAN),
  BREAKER_PROBE: key(
    'Wait before an open circuit breaker tries one delivery. The wait doubles with each probe, up to BREAKER_PROBE_MAX.',
    'span',
    '10s',
    A_SPAN,
  ),
  BREAKER_PROBE_MAX: key('Maximum wait between two probes of an open circuit breaker.', 'span', '10m', A_SPAN),
  DISABLE_AFTER: key('Time of nothing but failures after which hukz disables a webhook. 0s: never.', 'span', '5d'),
  REQUEST_TIMEOUT: key('Maximum duration of a request to a receiver, including its response.', 'span', '15s', A_SPAN),
  LOOKUP_TIMEOUT: key("Maximum duration of the DNS lookup of a receiver's host name.", 'span', '3s', A_SPAN),
  CONNECT_TIMEOUT: key(
    'Maximum duration of a connection attempt to a receiver after the DNS lookup, including TLS.',
    'span',
    '5s',
    A_SPAN,
  ),

  MAX_TIMEOUT: key(
    'Upper limit for the timeout setting of a webhook. If REQUEST_TIMEOUT is longer, REQUEST_TIMEOUT is the limit. A longer stored timeout is used as this limit.',
    'span',
    '1m',
    { min: 100, max: 300_000 },
  ),
  MIN_RETRY_WAIT: key(
    'Lower limit for the waits in the retry schedule of a webhook. A shorter stored wait is used as this limit.',
    'span',
    '1s',
    { min: 1, max: 3_600_000 },
  ),
  ALLOW_BREAKER_OFF: key(
    'Allows webhooks whose circuit breaker never opens. If false, a stored breaker of that kind is used as the configured one.',
    'flag',
    'false',
  ),

  EGRESS_ALLOW_CIDRS: key(
    'Address ranges, comma-separated, that receivers may be in although they are not public: 10.1.0.0/16,fd12::/16. A metadata service or link-local address needs an entry for that one address.',
    'ranges',
    '',
  ),
  EGRESS_DENY_CIDRS: key(
    'Address ranges, comma-separated, that receivers may not be in. They take precedence over EGRESS_ALLOW_CIDRS.',
    'ranges',
    '',
  ),
  EGRESS_DENY_HOSTS: key(
    'Host names, comma-separated, that receivers may not have. An asterisk matches any text: *.internal.example,metadata.* for example.',
    'host patterns',
    '',
  ),
  EGRESS_NAT64_PREFIXES: key(
    'NAT64 prefixes of your network, comma-separated, besides 64:ff9b::/96: 2001:db8:64::/96. hukz judges an address with such a prefix as the IPv4 address that it contains.',
    'nat64 prefixes',
    '',
  ),
  EGRESS_ALLOW_PORTS: key(
    'Ports, comma-separated, that receivers may have: 443,8000-8999. Empty: 80, 443 and 1024-65535 in production, all ports in development.',
    'ports',
    '',
  ),
  HTTPS_ONLY: key('Refuses receivers whose URL is not https.', 'flag', 'false'),
  ALLOW_INSECURE_TLS: key(
    "Allows webhooks with tls.insecure, which skips the check of the receiver's certificate. If false, such webhooks are refused, and deliveries of stored ones wait.",
    'flag',
    'true',
  ),
  EGRESS_PROXY: key(
    'HTTP proxy for all requests to receivers, used with CONNECT: http://user:password@proxy:3128.',
    'proxy',
    '',
    {
      sensitive: true,
    },
  ),
  WEBHOOK_PROXIES: key(
    'Allows webhooks to name a proxy of their own. The creator of a webhook then decides which route its requests take.',
    'flag',
    'false',
  ),

  MAX_IN_FLIGHT: key('Maximum number of concurrent requests to receivers, per process.', 'whole', '512', COUNT),
  MAX_IN_FLIGHT_PER_WEBHOOK: key(
    'Maximum number of concurrent requests to one webhook, per process.',
    'whole',
    '32',
    COUNT,
  ),
  MAX_HELD: key(
    'Maximum number of deliveries in the memory of a process. Further deliveries wait in the database.',
    'whole',
    '20000',
    COUNT,
  ),
  MAX_HELD_BYTES: key('Maximum total size of the deliveries in the memory of a process.', 'size', '64MiB', {
    min: 1024,
  }),
  MAX_RETRY_SHARE: key('Share of the concurrent requests that may be retries.', 'share', '0.5', {
    min: 0.01,
    max: 1,
  }),

  REPLAY_RATE: key(
    'Maximum number of deliveries per second that replays make due, across all instances.',
    'whole',
    '200',
    { min: 1, max: 10_000 },
  ),
  MESSAGE_RETENTION: key(
    'Time for which messages are kept. A message that a pending delivery, a dead letter or a running replay needs is kept longer.',
    'span',
    '30d',
    DAYS,
  ),
  LOG_RETENTION: key(
    'Time for which attempts, and the rows of deleted events and webhooks, are kept.',
    'span',
    '90d',
    DAYS,
  ),
  DEAD_LETTER_RETENTION: key('Time for which dead letters are kept and can be sent again.', 'span', '90d', DAYS),

  INSTANCE_NAME: key(
    'Name that only one running instance has, such as the name of its pod or container. When an instance starts, it takes over the deliveries of its predecessor of that name at once.',
    'instance name',
    '',
  ),
  INSTANCE_TIMEOUT: key(
    "Time without a heartbeat after which other instances take over an instance's deliveries. On the same machine they take over about a second after its process has ended.",
    'span',
    '30s',
    {
      min: 1000,
      max: LONGEST_TIMER_MS,
    },
  ),
  SHUTDOWN_GRACE: key(
    'Maximum duration of a shutdown. Running requests may use up to 80 % of it to finish.',
    'span',
    '25s',
    {
      min: 0,
      max: LONGEST_TIMER_MS,
    },
  ),
  RESULTS: key(
    'Publishes the outcome of each attempt, and changes of webhooks, on hukz.result.<space>.<webhook>.<what>.',
    ['on', 'off'],
    'off',
  ),
  LOG_LEVEL: key(
    'Lowest level that is logged: error, warn, info or debug.',
    ['error', 'warn', 'info', 'debug'],
    'info',
  ),
  LOG_FORMAT: key(
    'Format of the log: json, pretty, or auto, which is pretty in development and json in production.',
    ['auto', 'json', 'pretty'],
    'auto',
  ),
};

export type Key = keyof typeof keys;
export const schema: Readonly<Record<Key, KeySpec>> = named(keys);
export const keyNames = Object.keys(schema) as readonly Key[];
export const ENV_PREFIX = 'HUKZ_';

/** The description of a key for people; each can be read alone. */
export function docOf(name: Key): string {
  const { doc, sensitive } = schema[name];
  return sensitive ? `${doc} Secret: ${name}_FILE can name a file that contains it.` : doc;
}

type Unnamed = Omit<KeySpec, 'env'>;

function key(doc: string, format: KeySpec['format'], defaultText: string, options: Options = {}): Unnamed {
  return { doc, format, default: defaultText, ...options };
}

function required(doc: string, format: Format, sample: string, options: Options = {}): Unnamed {
  return { doc, format, default: '', required: true, sample, ...options };
}

function named<K extends string>(all: Readonly<Record<K, Unnamed>>): Record<K, KeySpec> {
  const entries = Object.entries<Unnamed>(all).map(([name, spec]) => [name, { ...spec, env: `HUKZ_${name}` }]);
  return Object.fromEntries(entries) as Record<K, KeySpec>;
}
