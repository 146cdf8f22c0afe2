import {
  apiHosts,
  bearerToken,
  duration,
  logins,
  mode,
  optionalRate,
  optionalText,
  optionalUser,
  someOf,
  text,
  whole,
  workers,
} from '../formats.js';
import { key } from '../key.js';
import { COUNT, PORT } from './bounds.js';

/** The process and its two HTTP ports. */
export const serverKeys = {
  mode: key('MODE', 'production', {
    doc: 'Mode of operation: production or development. In development, logs are readable, /docs shows the API as a page, and receivers on private addresses are allowed.',
    format: mode,
  }),
  host: key('HOST', '0.0.0.0', {
    doc: 'Address that the API listens on. /metrics listens on it too, unless METRICS_HOST is set.',
    format: text,
  }),
  port: key('PORT', '8000', { doc: 'Port of the API. 0 picks any free port.', format: whole(PORT) }),
  api: {
    logins: key('AUTH', 'x-user', {
      doc: 'How callers of the API say who they are. x-user believes the header X-User, which a gateway has to set. token asks for a token (hukz token create). x-user,token accepts both.',
      format: logins,
    }),
    hosts: key('API_HOSTS', '', {
      doc: 'Host names, comma-separated, that the API and /metrics answer besides local names. Browser requests from pages of other hosts are refused. Empty: local names only in development, every host in production. *: every host and page.',
      format: apiHosts,
    }),
    rate: key('API_RATE', '60000/minute', {
      doc: 'Maximum rate of API requests per user (X-User) or token, and per client address, in one process: 100/second, 6000/minute, 100000/hour or off. Further requests are answered with 429; /ping, /health, /metrics and publishing over HTTP are exempt.',
      format: optionalRate,
    }),
  },
  compat: {
    modes: key('COMPAT', '', {
      doc: 'APIs of other systems that this API also answers, comma-separated. webhooks-rs: the routes of manhunto/webhooks-rs, /application and below, for its SDK and its command line. Empty: none.',
      format: someOf('webhooks-rs'),
    }),
    userId: key('COMPAT_USER', '', {
      doc: 'User of requests to the routes of COMPAT that have no X-User header, because clients of other systems cannot send it. Every program that reaches these routes can act as this user. Empty: such requests are refused with 401.',
      format: optionalUser,
    }),
  },
  metrics: {
    host: key('METRICS_HOST', '', {
      doc: 'Address that /metrics listens on; 127.0.0.1 limits it to this machine. Empty: the address in HOST.',
      format: optionalText,
    }),
    port: key('METRICS_PORT', '8001', { doc: 'Port of /metrics. 0 picks any free port.', format: whole(PORT) }),
    token: key('METRICS_TOKEN', '', {
      doc: 'Bearer token that clients of /metrics must send, 16 characters or more. With this token, /health/ready also shows the error messages of PostgreSQL and NATS. Empty: /metrics needs no token.',
      format: bearerToken,
      sensitive: true,
    }),
  },
  connections: {
    max: key('API_MAX_CONNECTIONS', '1000', {
      doc: 'Maximum number of connections to the API per process. At the limit, a new connection replaces the one that is idle longest, or is refused if none is idle. The open-file limit can lower it.',
      format: whole(COUNT),
    }),
    maxToMetrics: key('METRICS_MAX_CONNECTIONS', '50', {
      doc: 'Maximum number of connections to /metrics per process, with the same rules as API_MAX_CONNECTIONS.',
      format: whole(COUNT),
    }),
    answerTimeoutMs: key('ANSWER_TIMEOUT', '2m', {
      doc: 'Maximum time that a client may take to read an answer of the API or of /metrics. hukz then closes the connection.',
      format: duration({ min: 100, max: 86_400_000 }),
    }),
  },
  workers: key('WORKERS', '1', {
    doc: 'Number of worker processes, each an instance with its own connection pools and limits. auto starts one per CPU core.',
    format: workers,
  }),
};
