import { createHash } from 'node:crypto';
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  nanos,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from 'nats';

/** The operator's settings for our stream. Durations are in milliseconds, and sizes are in bytes. */
export interface StreamSettings {
  readonly name: string;
  readonly maxAgeMs: number;
  /** 0 means that there is no limit. */
  readonly maxBytes: number;
  readonly replicas: number;
  readonly duplicateWindowMs: number;
  /** Whether our stream answers each request on its subjects with a PubAck. */
  readonly acknowledge: 'on' | 'publish-only' | 'off';
  /** The position where reading begins in a stream that existed before hukz. */
  readonly deliverPolicy: 'new' | 'all';
  /** Maximum number of unacknowledged messages of all instances together. Each instance has at most a few thousand. */
  readonly maxAckPending: number;
}

/**
 * Messages that an instance had pulled when it died are redelivered after this time. A live instance reports in time
 * that it is still working. If it cannot report (it was stopped, or cut off), another instance stores the message, and
 * the first one finds it stored.
 */
export const ACK_WAIT_MS = 3000;

/** A stream must contain at least one subject. No program publishes to this one. */
export const idleSubject = (stream: string) => `_HUKZ.${stream}.idle`;

/** The description that identifies a stream that hukz made. */
export const OUR_DESCRIPTION = 'messages of the events registered at hukz';

/** The part of the configuration that hukz keeps as the settings say, even if the stream exists already. */
export function streamConfig(settings: StreamSettings, subjects: readonly string[]) {
  return {
    subjects: subjects.length > 0 ? [...subjects] : [idleSubject(settings.name)],
    max_age: nanos(settings.maxAgeMs),
    max_bytes: settings.maxBytes || -1,
    num_replicas: settings.replicas,
    duplicate_window: nanos(Math.min(settings.duplicateWindowMs, settings.maxAgeMs || Number.POSITIVE_INFINITY)),
    no_ack: settings.acknowledge === 'off',
  } satisfies Partial<StreamConfig>;
}

export function newStream(settings: StreamSettings, subjects: readonly string[]): Partial<StreamConfig> {
  return {
    name: settings.name,
    description: OUR_DESCRIPTION,
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    ...streamConfig(settings, subjects),
  };
}

/**
 * The position where a consumer begins: after the acknowledged messages, at a time (RFC 3339), or as the settings say.
 */
export type BeginAt = { readonly sequence: number } | { readonly since: string } | 'new' | 'all';

export interface NewConsumer {
  readonly begin: BeginAt;
  /** The subject that the consumer reads. Undefined means that it reads all of its stream. */
  readonly filter: string | undefined;
  readonly maxAckPending: number;
}

export function newConsumer(durable: string, { begin, filter, maxAckPending }: NewConsumer): Partial<ConsumerConfig> {
  return {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    max_deliver: -1,
    max_ack_pending: maxAckPending,
    ...(filter === undefined ? {} : { filter_subject: filter }),
    ...deliverFrom(begin),
  };
}

function deliverFrom(begin: BeginAt): Partial<ConsumerConfig> {
  if (begin === 'new') return { deliver_policy: DeliverPolicy.New };
  if (begin === 'all') return { deliver_policy: DeliverPolicy.All };
  if ('since' in begin) return { deliver_policy: DeliverPolicy.StartTime, opt_start_time: begin.since };
  return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: begin.sequence };
}

const hashOf = (text: string) => createHash('sha1').update(text).digest('hex').slice(0, 8);

/**
 * The consumer's name, made from the queue group. Durable names must not contain dots or slashes. A group with other
 * characters than dots gets a hash, so that `a:b` and `a/b` never share a consumer. The hash begins with a letter that
 * the hash of a subject does not have.
 */
export function durableName(queueGroup: string, suffix = ''): string {
  const name = queueGroup.replaceAll(/[^\w-]/g, '_');
  return (/[^\w.-]/.test(queueGroup) ? `${name}_q${hashOf(queueGroup)}` : name) + suffix;
}
