import { AckPolicy, type ConsumerConfig, ReplayPolicy } from 'nats';

type Config = Readonly<Record<string, unknown>>;

/**
 * Fields about where a consumer began, how its state is kept, and what a pull adapts to. None of them loses a message.
 */
const NEUTRAL = new Set([
  'name',
  'durable_name',
  'description',
  'metadata',
  'deliver_policy',
  'opt_start_seq',
  'opt_start_time',
  'sample_freq',
  'num_replicas',
  'mem_storage',
  'direct',
  'max_waiting',
  'max_batch',
  'max_bytes',
  'max_expires',
  'rate_limit_bps',
  // An update cannot change this field: `look` notices that a consumer is paused.
  'pause_until',
]);

/**
 * Fields that cost redeliveries or speed, or let an unread consumer expire. Messages arrive even if these fields
 * differ.
 */
const TOLERABLE = new Set(['inactive_threshold', 'ack_wait', 'backoff', 'max_ack_pending']);

export interface Deviations {
  /** Fields that decide which messages are delivered. Nothing must be read before they are as wanted. */
  readonly fatal: readonly string[];
  readonly tolerable: readonly string[];
}

/**
 * The fields in which an existing consumer differs from the wanted one. Unknown fields count too, because they may
 * narrow the consumer.
 */
export function deviationsOf(found: Partial<ConsumerConfig>, wanted: Partial<ConsumerConfig>): Deviations {
  const [have, want] = [withDefaults(found), withDefaults(wanted)];
  const fields = [...new Set([...Object.keys(have), ...Object.keys(want)])].filter((field) => !NEUTRAL.has(field));
  const differing = fields.filter((field) => meaningOf(have[field]) !== meaningOf(want[field])).sort();
  return {
    fatal: differing.filter((field) => !TOLERABLE.has(field)),
    tolerable: differing.filter((field) => TOLERABLE.has(field)),
  };
}

/**
 * The found configuration with the deviating fields corrected. A field that is undefined is left out of the request.
 */
export function corrected(
  found: Partial<ConsumerConfig>,
  wanted: Partial<ConsumerConfig>,
  { fatal, tolerable }: Deviations,
): Partial<ConsumerConfig> {
  const want = withDefaults(wanted);
  return { ...found, ...Object.fromEntries([...fatal, ...tolerable].map((field) => [field, want[field]])) };
}

function withDefaults(config: Partial<ConsumerConfig>): Config {
  const { filter_subjects: filters, ...rest } = { ...config };
  const [only] = filters ?? [];
  // A list with one filter is the same as the single filter. `>` is the same as no filter.
  const single = filters?.length === 1 ? { filter_subject: only } : { filter_subjects: filters };
  const all = {
    ack_policy: AckPolicy.NotSet,
    replay_policy: ReplayPolicy.Instant,
    max_deliver: -1,
    ...rest,
    ...(filters ? single : {}),
  };
  return all.filter_subject === '>' ? { ...all, filter_subject: undefined } : all;
}

/** Absent, null, false, 0, '' and an empty list are the same to the server. */
function meaningOf(value: unknown): string {
  if (!value || (Array.isArray(value) && value.length === 0)) return '';
  return value === 'none' ? '' : JSON.stringify(value);
}
