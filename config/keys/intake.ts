import { duration, flag, inboxPrefixes, oneOf, queueGroup, size, streamName, subjects, whole } from '../formats.js';
import { key, required } from '../key.js';
import { COUNT, TIMER } from './bounds.js';

/** How messages come in. */
export const intakeKeys = {
  queueGroup: required('QUEUE_GROUP', 'hukz', {
    doc: 'Name that all instances share as their NATS queue group, and as the durable consumer of INTAKE=jetstream, so that one instance gets each message.',
    format: queueGroup,
  }),
  intake: {
    source: key('INTAKE', 'core', {
      doc: 'Source of messages. core subscribes to NATS: a message is safe once hukz has committed it. jetstream reads a stream that hukz manages: a message is safe once the stream has it.',
      format: oneOf('core', 'jetstream'),
    }),
    maxMessages: key('INTAKE_MAX_MESSAGES', '50000', {
      doc: 'Maximum number of messages in memory waiting to be written to the journal. Beyond it, core messages are dropped and counted, and jetstream messages are redelivered by their stream.',
      format: whole(COUNT),
    }),
    maxBytes: key('INTAKE_MAX_BYTES', '64MiB', {
      doc: 'Maximum total size of messages in memory waiting to be written to the journal, and of the bodies of requests that publish messages.',
      format: size({ min: 1024 }),
    }),
    publish: {
      over: key('HTTP_PUBLISH', 'journal', {
        doc: 'Destination of messages that POST /messages publishes. journal stores them directly, without NATS. nats publishes them to their subject, so that other subscribers see them too. off refuses them.',
        format: oneOf('journal', 'nats', 'off'),
      }),
      maxBytes: key('MESSAGE_MAX_BYTES', '1MiB', {
        doc: 'Maximum size of the payload of a message that is published over HTTP. Messages from NATS are limited by max_payload of the NATS server.',
        format: size({ min: 1024, max: 64 << 20 }),
      }),
    },
    filterMaxBytes: key('FILTER_MAX_BYTES', '1MiB', {
      doc: 'Maximum size of a payload that the filters of webhooks look into. For a larger one, filter_oversize of the webhook decides.',
      format: size({ min: 1024, max: 64 << 20 }),
    }),
    storeUnmatched: key('STORE_UNMATCHED', 'true', {
      doc: 'Stores messages of registered events even if they match no webhook.',
      format: flag,
    }),
    otherInboxes: key('NATS_OTHER_INBOX_PREFIXES', '', {
      doc: 'Inbox prefixes of other applications, comma-separated. Messages below these prefixes, below _INBOX and below $ never trigger a webhook.',
      format: inboxPrefixes,
    }),
    eventSubjects: key('EVENT_SUBJECTS', '', {
      doc: 'Subjects that events may be registered for, comma-separated, with wildcards: app.>,orders.*. Empty: any subject that does not belong to NATS.',
      format: subjects,
    }),
    allowAllSubjects: key('ALLOW_ALL_SUBJECTS', 'false', {
      doc: 'Allows events that cover nearly every subject of the server: >, *, or a leading wildcard that is followed by another wildcard.',
      format: flag,
    }),
  },
  stream: {
    name: key('NATS_STREAM', 'HUKZ', {
      doc: 'Name of the stream that hukz manages (INTAKE=jetstream).',
      format: streamName,
    }),
    maxAgeMs: key('STREAM_MAX_AGE', '7d', {
      doc: 'Maximum age of messages in the stream that hukz manages (INTAKE=jetstream).',
      format: duration({ min: 60_000 }),
    }),
    maxBytes: key('STREAM_MAX_BYTES', '0', {
      doc: 'Maximum size of the stream that hukz manages; the oldest messages are evicted first (INTAKE=jetstream). 0: no limit.',
      format: size(),
    }),
    acknowledge: key('STREAM_ACK', 'on', {
      doc: 'PubAcks of the stream that hukz manages (INTAKE=jetstream); they answer every request. on: an event whose subject a NATS service answers needs "publish_only": true. publish-only: every event needs it. off: no PubAcks.',
      format: oneOf('on', 'publish-only', 'off'),
    }),
    replicas: key('STREAM_REPLICAS', '1', {
      doc: 'Number of NATS servers that store the stream that hukz manages (INTAKE=jetstream).',
      format: whole({ min: 1, max: 5 }),
    }),
    deliverPolicy: key('DELIVER_POLICY', 'new', {
      doc: 'Start position in one of your own streams that hukz has never read before (INTAKE=jetstream): new messages only, or all messages.',
      format: oneOf('new', 'all'),
    }),
    maxAckPending: key('MAX_ACK_PENDING', '50000', {
      doc: 'Maximum number of unacknowledged stream messages of all instances together (INTAKE=jetstream). If the NATS server allows fewer, its limit applies.',
      format: whole(COUNT),
    }),
    duplicateWindowMs: key('DUPLICATE_WINDOW', '2m', {
      doc: 'Time for which hukz remembers a Nats-Msg-Id with its subject. A message with the same id and subject within this time is a duplicate.',
      format: duration(TIMER),
    }),
  },
};
