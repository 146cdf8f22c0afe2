import type { EgressProxies } from '../internal/domain/egress/egress-proxies.js';
import { bothOf } from '../internal/domain/egress/no-proxy.js';
import { DEFAULT_PORTS } from '../internal/domain/egress/port-range.js';
import { CHAT_SWITCHES, type ChatSwitch } from '../internal/domain/format/format.js';
import { allInboxes } from '../internal/domain/matching/reserved.js';
import type { ConfigValues } from './schema.js';

/** Fewer attempts in a window say nothing about the share that failed. */
const MIN_ATTEMPTS = 20;

/**
 * The configuration as the program uses it: validated, durations in milliseconds, sizes in bytes. Each key of the
 * schema is at its path here; `toConfig` adds what follows from several keys.
 */
export type Config = ReturnType<typeof toConfig>;
export type DatabaseConfig = Config['database'];
/** Variables of the environment that every program obeys, without the prefix of hukz. */
export interface FromEnvironment {
  /** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. */
  readonly proxies?: EgressProxies;
  /** `SSL_CERT_FILE` and `SSL_CERT_DIR`. */
  readonly authorities: { readonly file?: string; readonly folders?: string };
}
export type NatsConfig = Config['nats'];

export function toConfig(values: ConfigValues, environment: FromEnvironment = { authorities: {} }) {
  return {
    ...values,
    metrics: { ...values.metrics, host: values.metrics.host ?? values.host },
    database: databaseConfig(values),
    nats: natsConfig(values),
    intake: { ...values.intake, inboxes: allInboxes(values.nats.inboxPrefix, values.intake.otherInboxes) },
    retry: { ...values.retry, finalStatuses: [] as readonly number[] },
    patience: { ...values.patience, breaker: { ...values.patience.breaker, minAttempts: MIN_ATTEMPTS } },
    ceilings: {
      ...values.ceilings,
      maxTimeoutMs: Math.max(values.ceilings.maxTimeoutMs, values.request.timeoutMs),
      breaker: values.patience.breaker,
      forbiddenHeaders: values.egress.forbiddenHeaders,
    },
    egress: egressConfig(values, environment),
    chatSwitches: chatSwitches(values),
    deliveryEvents: values.deliveryEvents === 'on',
    auditEvents: values.auditEvents === 'on',
    log: logConfig(values),
  };
}

function chatSwitches({ chats }: ConfigValues): readonly ChatSwitch[] {
  const switches: Readonly<Record<ChatSwitch, boolean>> = {
    DEGA_TO_SLACK: chats.degaToSlack,
    DEGA_TO_GOOGLE_CHAT: chats.degaToGoogleChat,
  };
  return CHAT_SWITCHES.filter((name) => switches[name]);
}

function egressConfig({ mode, egress }: ConfigValues, { proxies: ofEnvironment, authorities }: FromEnvironment) {
  const development = mode === 'development';
  const allowPorts = egress.allowPorts.length > 0 || development ? egress.allowPorts : DEFAULT_PORTS;
  const proxies = proxiesOf(egress, ofEnvironment);
  return { ...egress, development, allowPorts, authorities, ...(proxies && { proxies }) };
}

function proxiesOf(
  { proxy, noProxy }: ConfigValues['egress'],
  ofEnvironment: EgressProxies | undefined,
): EgressProxies | undefined {
  if (proxy === 'none') return undefined;
  if (proxy) return { http: proxy, https: proxy, from: 'EGRESS_PROXY', except: noProxy, exceptLoopback: false };
  return ofEnvironment && { ...ofEnvironment, except: bothOf(ofEnvironment.except, noProxy) };
}

export function logConfig({ mode, log }: Pick<ConfigValues, 'mode' | 'log'>) {
  const automatic = mode === 'development' ? 'pretty' : 'json';
  return { level: log.level, format: log.format === 'auto' ? automatic : log.format };
}

/** `host` and `port` are those of the first host. */
export function databaseConfig({ database }: ConfigValues) {
  // A command that does not need the database is not asked for its host.
  const hosts = (database.hosts ?? []).map(({ host, port = database.port }) => ({ host, port }));
  return { ...database, hosts, ...(hosts[0] ?? { host: '' }) };
}

/** Credentials given by their own keys take precedence over those in a URL; the servers' addresses have none. */
export function natsConfig({ nats }: ConfigValues) {
  const { servers, tls, ...others } = nats;
  const login = servers.find((server) => server.user || server.token);
  const isTls =
    tls.handshakeFirst || servers.some((server) => server.tls) || [tls.caFile, tls.certFile, tls.keyFile].some(Boolean);
  return {
    servers: servers.map((server) => server.address),
    ...(login?.user !== undefined && { userName: login.user }),
    ...(login?.password !== undefined && { userPassword: login.password }),
    ...(login?.token !== undefined && { token: login.token }),
    ...others,
    ...(isTls && { tls }),
  };
}
