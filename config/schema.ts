import type { Bounds } from './formats.js';

/** One key: what it means, its unit, how it is read. Defaults are written as a person would write them. */
export interface KeySpec extends Bounds {
  readonly doc: string;
  readonly format: Format | readonly string[];
  readonly default: string;
  readonly env: string;
  /** Without it nothing starts. */
  readonly required?: true;
  /** Never shown, in no message and no log; `<KEY>_FILE` may name a file that holds it. */
  readonly sensitive?: true;
  /** What `config.yml` shows for a required key. */
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
/** The longest that a timer can wait, about. */
const LONGEST_TIMER_MS = 24 * 86_400_000;
const A_SPAN: Options = { min: 1, max: LONGEST_TIMER_MS };
const DAYS: Options = { min: 86_400_000 };

/** Every key of the configuration, in the order of `config.yml`. */
const keys = {
  MODE: key(
    'production, or development: readable logs, the API as a page at /docs, receivers on private addresses',
    ['production', 'development'],
    'production',
  ),
  HOST: key('the address that the API listens on, and /metrics unless METRICS_HOST names another', 'text', '0.0.0.0'),
  PORT: key('the port of the API; 0 takes any free one', 'whole', '8000', PORT),
  API_HOSTS: key(
    'the host names that the API and /metrics answer, joined by commas: hukz.example.com,hukz. This machine (localhost, loopback addresses, the address that was connected to) is always among them. Pages of other hosts are refused in browsers (Origin, Sec-Fetch-Site). Empty: in development this machine only, in production every host and page; *: every host and page',
    'host names',
    '',
  ),
  API_RATE: key(
    'the most requests of one user (X-User), and of one address, to the API of one process, as 100/second, 6000/minute or 100000/hour; off for no limit. So many may come at once. More are answered 429 with Retry-After; /ping, /health and /metrics are not limited',
    'rate',
    '60000/minute',
  ),
  METRICS_HOST: key(
    'the address that /metrics listens on: 127.0.0.1 keeps it on this machine; empty: that of HOST',
    'text',
    '',
  ),
  METRICS_PORT: key('the port of /metrics; 0 takes any free one', 'whole', '8001', PORT),
  METRICS_TOKEN: key(
    'the token, of 16 characters or more, that readers of /metrics must send as Authorization: Bearer; /health/ready answers it with the words of servers. Empty: /metrics asks for none',
    'token',
    '',
    { sensitive: true },
  ),
  API_MAX_CONNECTIONS: key(
    'the most connections to the API of one process. One more takes the place of the one that has been without a request for longest, and is refused where each has a request. Fewer are allowed where the limit of open files would leave too few for MAX_IN_FLIGHT requests',
    'whole',
    '1000',
    COUNT,
  ),
  METRICS_MAX_CONNECTIONS: key(
    'the most connections to /metrics, bounded as those to the API are',
    'whole',
    '50',
    COUNT,
  ),
  ANSWER_TIMEOUT: key(
    'how long a caller may take to read an answer of the API or of /metrics to its end. The connection is closed then',
    'span',
    '2m',
    { min: 100, max: 86_400_000 },
  ),
  WORKERS: key(
    'how many processes share the work, each an instance with pools and limits of its own; auto: one a core',
    'workers',
    '1',
  ),

  DATABASE_HOST: required(
    'the host of PostgreSQL; several, joined by commas and each with an optional :port, are asked for the one that takes writes',
    'hosts',
    'localhost',
  ),
  DATABASE_PORT: key('the port of PostgreSQL, for hosts that name none', 'whole', '5432', { min: 1, max: 65_535 }),
  DATABASE_USER: required('the user, who must be allowed to create tables', 'text', 'hukz'),
  DATABASE_PASSWORD: required('the password of that user', 'text', 'hukz', { sensitive: true }),
  DATABASE_NAME: required('the name of the database', 'text', 'hukz'),
  DATABASE_SSL_MODE: key(
    'disable, require (encrypted, certificate not checked), verify-ca or verify-full',
    ['disable', 'require', 'verify-ca', 'verify-full'],
    'disable',
  ),
  DATABASE_SSL_ROOT_CERT: key(
    "a file with the certificates to trust in place of the public ones; with it, require checks the server's certificate as verify-ca does",
    'text',
    '',
  ),
  DATABASE_SSL_CERT: key('a file with the certificate to show to PostgreSQL; read for each connection', 'text', ''),
  DATABASE_SSL_KEY: key("a file with that certificate's key; read for each connection", 'text', ''),
  DATABASE_API_POOL: key('the most connections that the API holds', 'whole', '10', { min: 1, max: 1000 }),
  DATABASE_JOURNAL_POOL: key('the most connections that the journal holds', 'whole', '6', { min: 1, max: 1000 }),

  NATS_URL: required('the NATS servers, joined by commas', 'servers', 'nats://localhost:4222', { sensitive: true }),
  NATS_USER_NAME: key('the user at NATS, where it asks for one', 'text', ''),
  NATS_USER_PASSWORD: key('the password of that user', 'text', '', { sensitive: true }),
  NATS_TOKEN: key('a token, in place of user and password', 'text', '', { sensitive: true }),
  NATS_NKEY_SEED_FILE: key(
    'a file with the seed of an nkey, in place of a password; read for each connection',
    'text',
    '',
  ),
  NATS_CREDS_FILE: key('a .creds file, in place of a password; read for each connection', 'text', ''),
  NATS_TLS_CA_FILE: key('a file with the certificates to trust; any of the three turns TLS on', 'text', ''),
  NATS_TLS_CERT_FILE: key('a file with the certificate to show', 'text', ''),
  NATS_TLS_KEY_FILE: key("a file with that certificate's key", 'text', ''),
  NATS_TLS_HANDSHAKE_FIRST: key(
    'whether TLS begins before the server has said a word, for servers with handshake_first (nats-server 2.10 and newer)',
    'flag',
    'false',
  ),
  NATS_INBOX_PREFIX: key(
    'the prefix of the subjects on which hukz receives replies, for a user who may not subscribe to _INBOX.>',
    'inbox prefix',
    '_INBOX',
  ),
  NATS_OTHER_INBOX_PREFIXES: key(
    'the inbox prefixes of other applications, joined by commas; messages below them, below _INBOX and below $ fire no webhook',
    'inbox prefixes',
    '',
  ),

  ENCRYPTION_KEYS: key(
    'the keys that secrets of webhooks are encrypted with, as name:base64 of 32 bytes, joined by commas; the first encrypts, all decrypt; empty: secrets are stored as they are',
    'keys',
    '',
    { sensitive: true },
  ),
  ENCRYPTION_STRICT: key(
    'whether a secret of a webhook that is not encrypted, or in the form of earlier versions, is refused and its deliveries wait; turn it on once "hukz keys status" says so. It needs ENCRYPTION_KEYS',
    'flag',
    'false',
  ),

  QUEUE_GROUP: required(
    'the NATS queue group that all instances share, so that one of them gets a message',
    'queue group',
    'hukz',
  ),
  INTAKE: key(
    'core (subscriptions: safe from the commit on) or jetstream (a stream of ours: safe from the moment it has a message)',
    ['core', 'jetstream'],
    'core',
  ),
  NATS_STREAM: key('jetstream: the name of our stream', 'stream', 'HUKZ'),
  STREAM_MAX_AGE: key('jetstream: how long the stream keeps a message at the most', 'span', '7d', { min: 60_000 }),
  STREAM_MAX_BYTES: key('jetstream: the most bytes the stream keeps, the oldest go first; 0 for no limit', 'size', '0'),
  STREAM_ACK: key(
    'jetstream: whether our stream acknowledges messages, which also answers every request on its subjects: on (but no event for a subject that a NATS service answers), publish-only (each event must say "publish_only": true), or off',
    ['on', 'publish-only', 'off'],
    'on',
  ),
  STREAM_REPLICAS: key('jetstream: how many servers of a cluster keep the stream', 'whole', '1', { min: 1, max: 5 }),
  DELIVER_POLICY: key(
    'jetstream: where hukz begins to read a stream of yours that it has never read before: new messages only, or all',
    ['new', 'all'],
    'new',
  ),
  MAX_ACK_PENDING: key(
    'jetstream: the maximum number of unacknowledged messages of all instances together; where the server allows fewer, its limit is used',
    'whole',
    '50000',
    COUNT,
  ),
  DUPLICATE_WINDOW: key(
    'how long a Nats-Msg-Id is remembered together with its subject, so that its message is taken once',
    'span',
    '2m',
    A_SPAN,
  ),
  INTAKE_MAX_MESSAGES: key(
    'the most messages that wait in memory for the journal; what comes then is dropped and counted',
    'whole',
    '50000',
    COUNT,
  ),
  INTAKE_MAX_BYTES: key('the most bytes of such messages', 'size', '64MiB', { min: 1024 }),
  STORE_UNMATCHED: key('whether a message of a registered event is stored when no webhook wants it', 'flag', 'true'),
  EVENT_SUBJECTS: key(
    'the subjects that events may be registered for, joined by commas and with wildcards: app.>,orders.*; empty: any subject that does not belong to NATS',
    'subjects',
    '',
  ),
  ALLOW_ALL_SUBJECTS: key(
    'whether an event may be registered for nearly every subject of the server: >, * or a wildcard at the beginning with another one behind it',
    'flag',
    'false',
  ),

  RETRY_SCHEDULE: key(
    'the waits between attempts, joined by commas; as many retries as waits, empty for none',
    'spans',
    '5s,5m,30m,2h,5h,10h,14h,20h,24h',
  ),
  RETRY_JITTER: key('the part of a wait by which it may be shorter or longer, 0 to 1', 'share', '0.2', {
    min: 0,
    max: 1,
  }),
  LOCAL_FAULT_DELAY: key(
    'the wait after a fault of our own, which costs the receiver no attempt',
    'span',
    '5s',
    A_SPAN,
  ),
  RETRY_MAX_AGE: key(
    'the age of a message from which its deliveries are not tried again, also after faults of our own; 0s for none',
    'span',
    '14d',
  ),
  BREAKER_FAILURES: key(
    'this many failures in a row open the circuit of a webhook, where a delivery counts once unless it is ordered or its receiver cannot be connected to. The deliveries of the webhook then wait until one that is tried succeeds. 0 switches this trigger off',
    'whole',
    '30',
    { min: 0, max: 1_000_000 },
  ),
  BREAKER_SHARE: key(
    'this share of the attempts of a BREAKER_WINDOW, of 20 at least, opens the circuit too when it fails. A delivery that fails again is not counted again. 0 switches this trigger off',
    'share',
    '0.9',
    { min: 0, max: 1 },
  ),
  BREAKER_WINDOW: key('the time over which that part is looked at', 'span', '1m', A_SPAN),
  BREAKER_PROBE: key('the wait before an open circuit tries one delivery; it doubles each time', 'span', '10s', A_SPAN),
  BREAKER_PROBE_MAX: key('the longest such wait', 'span', '10m', A_SPAN),
  DISABLE_AFTER: key('a webhook that only failed for so long is disabled; 0s for never', 'span', '5d'),
  REQUEST_TIMEOUT: key('the longest time of a request in all, its answer included', 'span', '15s', A_SPAN),
  LOOKUP_TIMEOUT: key("the longest time to look up a receiver's name", 'span', '3s', A_SPAN),
  CONNECT_TIMEOUT: key('the longest time to connect after that, TLS included', 'span', '5s', A_SPAN),

  MAX_TIMEOUT: key(
    'the longest timeout that a webhook may have of its own; REQUEST_TIMEOUT where that is longer. A longer one that is stored is used as this one',
    'span',
    '1m',
    { min: 100, max: 300_000 },
  ),
  MIN_RETRY_WAIT: key(
    'the shortest wait between two attempts that a webhook may have in a schedule of its own. A shorter one that is stored is used as this one',
    'span',
    '1s',
    { min: 1, max: 3_600_000 },
  ),
  ALLOW_BREAKER_OFF: key(
    'whether a webhook may have a breaker that never opens, such as off. Where it may not, a stored one is used as the configured one',
    'flag',
    'false',
  ),

  EGRESS_ALLOW_CIDRS: key(
    'ranges that receivers may be in though they are not public, joined by commas: 10.1.0.0/16,fd12::/16. A metadata service or link-local address is opened only by an entry of that one address',
    'ranges',
    '',
  ),
  EGRESS_DENY_CIDRS: key(
    'ranges that receivers may not be in, joined by commas; they win over EGRESS_ALLOW_CIDRS',
    'ranges',
    '',
  ),
  EGRESS_DENY_HOSTS: key(
    'host names that receivers may not have, joined by commas; an asterisk is any text: *.internal.example,metadata.*',
    'host patterns',
    '',
  ),
  EGRESS_NAT64_PREFIXES: key(
    'NAT64 prefixes of your network besides 64:ff9b::/96, joined by commas: 2001:db8:64::/96. An address in one is judged as the IPv4 address in it',
    'nat64 prefixes',
    '',
  ),
  EGRESS_ALLOW_PORTS: key(
    'the ports that receivers may have, joined by commas: 443,8000-8999; empty: in production 80, 443 and 1024-65535, in development all',
    'ports',
    '',
  ),
  HTTPS_ONLY: key('whether receivers must have https', 'flag', 'false'),
  ALLOW_INSECURE_TLS: key(
    'whether webhooks may have tls.insecure, by which the certificate of a receiver is not checked; with false such webhooks are refused, and stored ones are not sent to',
    'flag',
    'true',
  ),
  EGRESS_PROXY: key('the HTTP proxy to send through, with CONNECT: http://user:password@proxy:3128', 'proxy', '', {
    sensitive: true,
  }),
  WEBHOOK_PROXIES: key(
    'whether webhooks may name a proxy of their own: whoever makes them then says by which way requests go',
    'flag',
    'false',
  ),

  MAX_IN_FLIGHT: key('the most requests at the same time', 'whole', '512', COUNT),
  MAX_IN_FLIGHT_PER_WEBHOOK: key('the most requests at the same time to one webhook', 'whole', '32', COUNT),
  MAX_HELD: key('the most deliveries in memory; more wait in the database', 'whole', '20000', COUNT),
  MAX_HELD_BYTES: key('the most bytes of such deliveries', 'size', '64MiB', { min: 1024 }),
  MAX_RETRY_SHARE: key('the part of the requests at the same time that may be retries, 0 to 1', 'share', '0.5', {
    min: 0.01,
    max: 1,
  }),

  REPLAY_RATE: key(
    'the most deliveries a second that replays make due, those of all instances together',
    'whole',
    '200',
    { min: 1, max: 10_000 },
  ),
  MESSAGE_RETENTION: key('how long messages are kept, unless something owed or dead needs them', 'span', '30d', DAYS),
  LOG_RETENTION: key('how long attempts are kept, and the rows of deleted events and webhooks', 'span', '90d', DAYS),
  DEAD_LETTER_RETENTION: key('how long what was given up can be retried', 'span', '90d', DAYS),

  INSTANCE_NAME: key(
    'a name that only one running instance has, such as that of its pod or container; when an instance starts under it, it takes over at once what its predecessor of that name held',
    'instance name',
    '',
  ),
  INSTANCE_TIMEOUT: key(
    'the time without a heartbeat after which other instances take over what an instance held; on the same machine they do so a second after its process has ended',
    'span',
    '30s',
    {
      min: 1000,
      max: LONGEST_TIMER_MS,
    },
  ),
  SHUTDOWN_GRACE: key('the time that running requests get to finish when the service stops', 'span', '25s', {
    min: 0,
    max: LONGEST_TIMER_MS,
  }),
  RESULTS: key(
    'on: what becomes of deliveries and webhooks is published on hukz.result.<space>.<webhook>.<what>',
    ['on', 'off'],
    'off',
  ),
  LOG_LEVEL: key('error, warn, info or debug', ['error', 'warn', 'info', 'debug'], 'info'),
  LOG_FORMAT: key('json, pretty, or auto: pretty in development', ['auto', 'json', 'pretty'], 'auto'),
};

export type Key = keyof typeof keys;
export const schema: Readonly<Record<Key, KeySpec>> = named(keys);
export const keyNames = Object.keys(schema) as readonly Key[];
export const ENV_PREFIX = 'HUKZ_';

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
