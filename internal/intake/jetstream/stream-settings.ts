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

/** What an operator says of our stream. Spans in milliseconds, sizes in bytes. */
export interface StreamSettings {
  readonly name: string;
  readonly maxAgeMs: number;
  /** 0: no limit. */
  readonly maxBytes: number;
  readonly replicas: number;
  readonly duplicateWindowMs: number;
  /** Whether our stream answers each request on its subjects with a PubAck. */
  readonly acknowledge: 'on' | 'publish-only' | 'off';
  /** Where reading begins in a stream that was there before us. */
  readonly deliverPolicy: 'new' | 'all';
  /** Unacknowledged messages of all instances together; each holds at most a few thousand. */
  readonly maxAckPending: number;
}

/**
 * What an instance had pulled when it died comes again after this time. An instance that lives says in time that it still
 * works; where it cannot (it was stopped, or cut off), another one stores the message, and the first one finds it stored.
 */
export const ACK_WAIT_MS = 3000;

/** A stream must hold some subject. Nobody publishes to this one. */
export const idleSubject = (stream: string) => `_HUKZ.${stream}.idle`;

/** By this a stream that hukz made is known. */
export const OUR_DESCRIPTION = 'messages of the events registered at hukz';

/** The part of the configuration that we keep as the settings say, also when the stream is there already. */
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

/** Where a consumer begins: after what was acknowledged, at a time (RFC 3339), or as the settings say. */
export type BeginAt = { readonly sequence: number } | { readonly since: string } | 'new' | 'all';

export interface NewConsumer {
  readonly begin: BeginAt;
  /** Undefined: it reads all of its stream. */
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

/** The consumer's name from the queue group: durable names may hold no dots. */
export function durableName(queueGroup: string, suffix = ''): string {
  return queueGroup.replaceAll('.', '_') + suffix;
}
