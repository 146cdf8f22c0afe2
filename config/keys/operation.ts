import { duration, instanceName, oneOf, whole } from '../formats.js';
import { key } from '../key.js';
import { MAX_TIMER_MS } from './bounds.js';

const DAYS = { min: 86_400_000 };

/** Replays, retention, instances, shutdown and logs. */
export const operationKeys = {
  replay: {
    ratePerSecond: key('REPLAY_RATE', '200', {
      doc: 'Maximum number of deliveries per second that replays make due, across all instances.',
      format: whole({ min: 1, max: 10_000 }),
    }),
  },
  retention: {
    messagesMs: key('MESSAGE_RETENTION', '30d', {
      doc: 'Time for which messages are kept. A message that a pending delivery, a dead letter or a running replay needs is kept longer.',
      format: duration(DAYS),
    }),
    logsMs: key('LOG_RETENTION', '90d', {
      doc: 'Time for which attempts, and the rows of deleted events and webhooks, are kept.',
      format: duration(DAYS),
    }),
    deadLettersMs: key('DEAD_LETTER_RETENTION', '90d', {
      doc: 'Time for which dead letters are kept and can be sent again.',
      format: duration(DAYS),
    }),
    auditMs: key('AUDIT_RETENTION', '365d', {
      doc: 'Time for which the audit is kept: who changed what through the API, and who read payloads with a token.',
      format: duration(DAYS),
    }),
  },
  instanceName: key('INSTANCE_NAME', '', {
    doc: 'Name that only one running instance has, such as the name of its pod or container. When an instance starts, it takes over the deliveries of its predecessor of that name at once.',
    format: instanceName,
  }),
  instanceTimeoutMs: key('INSTANCE_TIMEOUT', '30s', {
    doc: "Time without a heartbeat after which other instances take over an instance's deliveries. On the same machine they take over about a second after its process has ended.",
    format: duration({ min: 1000, max: MAX_TIMER_MS }),
  }),
  shutdownGraceMs: key('SHUTDOWN_GRACE', '25s', {
    doc: 'Maximum duration of a shutdown. Running requests may use up to 80 % of it to finish.',
    format: duration({ min: 0, max: MAX_TIMER_MS }),
  }),
  deliveryEvents: key('DELIVERY_EVENTS', 'off', {
    doc: 'Publishes the outcome of each attempt, and changes of webhooks, on hukz.result.<space>.<webhook>.<what>.',
    format: oneOf('on', 'off'),
    formerly: 'RESULTS',
  }),
  auditEvents: key('AUDIT_EVENTS', 'off', {
    doc: 'Publishes each row of the audit on hukz.audit.<space>.<kind>.<verb> after its commit.',
    format: oneOf('on', 'off'),
  }),
  log: {
    level: key('LOG_LEVEL', 'info', {
      doc: 'Lowest level that is logged: error, warn, info or debug.',
      format: oneOf('error', 'warn', 'info', 'debug'),
    }),
    format: key('LOG_FORMAT', 'auto', {
      doc: 'Format of the log: json, pretty, or auto, which is pretty in development and json in production.',
      format: oneOf('auto', 'json', 'pretty'),
    }),
  },
};
