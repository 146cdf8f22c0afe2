/**
 * The reasons for a degraded service. Each reason of the intake is the label of a metric, so the set is small and
 * fixed.
 */
export const DEGRADATION_REASONS = [
  /** hukz has no connection to NATS, reads nothing through it yet, or cannot list its streams. */
  'not_connected',
  /** The event has no confirmed subscription yet. */
  'not_subscribed',
  /** The server refuses the subscription because of permissions or a limit. */
  'subscription_refused',
  /** The rules for subjects, the operator's or ours, are stricter than when the event was stored. */
  'subject_not_allowed',
  /** Our stream would also contain subjects of the NATS server, of replies or of our own delivery events. */
  'subject_reserved',
  /** Our stream acknowledges messages, and would therefore answer requests to a service on this subject. */
  'not_publish_only',
  /** The NATS services could not be asked for the subjects on which they answer. */
  'services_unknown',
  /** Its subject crosses another registered one, or a stream contains only a part of it. */
  'subject_overlap',
  /** The stream stores the messages under another subject. */
  'subject_transformed',
  /** The server refuses to create or change our stream. */
  'stream_refused',
  /** Another program repeatedly changes our stream. */
  'stream_contested',
  /** The stream belongs to another application, and reading it would harm that application or cannot work. */
  'stream_unsuitable',
  /** The server refuses to create or change the consumer. */
  'consumer_refused',
  /** A consumer of our name has a configuration that loses messages and cannot be changed. */
  'consumer_unsuitable',
  /** The server refuses to deliver to our consumer. */
  'pull_refused',
  /** The positions of consumers cannot be written to the database. */
  'positions_not_kept',
  /** The database lacks acknowledged messages, and they could not be read from the stream again yet. */
  'journal_behind',
  /** Some messages cannot be stored, while others can. */
  'message_not_stored',
  /** The schema of an event cannot be used, so that its messages are not checked. */
  'schema_unusable',
  /** Some attempts cannot be settled, while others can. */
  'attempt_not_stored',
  /** The clock of this machine differs from the database's. */
  'clock_offset',
  /** Callers of the API or of /metrics are refused, or their connections are closed. */
  'requests_refused',
  /** Deliveries of a space wait, because the space uses all the slots that it may have. */
  'space_at_share',
  /** Messages exceed a limit of the space that they name. */
  'space_over_limit',
  /** Stored settings of webhooks could not be read, so nothing is sent to these webhooks. */
  'settings_not_read',
  /** The API believes X-User, and listens on more than the addresses of this machine. */
  'x_user_trusted',
  /** The secrets of webhooks are stored unencrypted in production. */
  'secrets_not_encrypted',
  /** The keys of the issuer of JWTs could not be fetched. */
  'jwks_not_fetched',
  /** Messages were erased, and their copies in the stream could not be deleted yet. */
  'erasure_waits',
  /** A file of a NATS account is not used. */
  'account_not_read',
  /** There is no connection to a NATS account. */
  'account_not_connected',
  /** Messages of some events do not arrive from a NATS account. */
  'account_degraded',
] as const;

export type DegradationReason = (typeof DEGRADATION_REASONS)[number];

/** Explains each reason, for readers who may not see a server's address or its answers. */
const SUMMARIES: Readonly<Record<DegradationReason, string>> = {
  not_connected: 'Messages do not arrive, because hukz is not connected to NATS or cannot look at its streams.',
  not_subscribed: 'NATS has not confirmed the subscription of this event.',
  subscription_refused: 'NATS refuses the subscription of this event.',
  subject_not_allowed: 'The rules for subjects no longer allow the subject of this event.',
  subject_reserved:
    'A stream of this subject would hold subjects of the NATS server, replies or results of hukz as well.',
  not_publish_only: 'The stream acknowledges, and this event does not say that it is publish-only.',
  services_unknown: 'hukz could not ask the NATS services for the subjects on which they answer.',
  subject_overlap: 'The subject of this event crosses another subject, or a stream holds a part of it.',
  subject_transformed: 'The stream stores the messages of this event under another subject.',
  stream_refused: 'NATS refuses to make or change the stream.',
  stream_contested: 'Something else changes the stream of hukz again and again.',
  stream_unsuitable: 'The stream that holds this subject cannot be read without harm to others.',
  consumer_refused: 'NATS refuses to make or change the consumer.',
  consumer_unsuitable: 'The configuration of the consumer would lose messages.',
  pull_refused: 'NATS refuses to deliver messages to the consumer.',
  positions_not_kept: 'The database does not store how far the streams have been read.',
  journal_behind: 'The database lacks acknowledged messages that could not be read again yet.',
  message_not_stored: 'The database does not store single messages.',
  schema_unusable: 'The schema of this event cannot be used, so that its messages wait in quarantine.',
  attempt_not_stored: 'The database does not store single attempts.',
  clock_offset: 'The clock of this machine differs from the clock of the database.',
  requests_refused: 'Requests are refused, or connections are closed, because of limits or rules of the API.',
  space_at_share: 'Deliveries of a space wait, because it has as many requests under way as it may have.',
  space_over_limit: 'Messages exceed a limit of their space.',
  settings_not_read: 'Nothing is sent to some webhooks, because this instance cannot read their stored settings.',
  x_user_trusted: 'The API believes the header X-User.',
  secrets_not_encrypted: 'The secrets of webhooks are stored unencrypted.',
  jwks_not_fetched: 'The keys by which JWTs are verified could not be fetched.',
  erasure_waits: 'Copies of erased messages in the stream could not be deleted yet.',
  account_not_read: 'A file with the credentials of a NATS account is not used.',
  account_not_connected: 'There is no connection to the NATS account of a space.',
  account_degraded: 'Messages of some events do not arrive from the NATS account of a space.',
};

/** Removes a server's answers, its address and configuration from a degradation. */
export function summaryOf({ reason, event }: Degradation): Degradation {
  return { ...(event !== undefined && { event }), reason, problem: SUMMARIES[reason] };
}

/** Reasons whose texts come from hukz and describe the subject. The user who registers the event needs them. */
const ABOUT_THE_SUBJECT: ReadonlySet<DegradationReason> = new Set([
  ...(['not_subscribed', 'subscription_refused', 'subject_not_allowed', 'subject_reserved'] as const),
  ...(['not_publish_only', 'subject_overlap', 'subject_transformed', 'stream_unsuitable'] as const),
]);

/** A degradation of an event as users of the API may see it, without a server's answers. */
export const forUsers = (one: Degradation): Degradation => (ABOUT_THE_SUBJECT.has(one.reason) ? one : summaryOf(one));

/** A condition that stops, delays or restricts the service without ending it. */
export interface Degradation {
  /** The file name, without its ending, of the NATS account that is affected alone. */
  readonly account?: string;
  /** The registered subject that is affected. It is absent when the degradation does not concern a single event. */
  readonly event?: string;
  readonly reason: DegradationReason;
  /** One sentence that names the problem and the remedy. */
  readonly problem: string;
  /** Some messages of the event still arrive, but not all of them. */
  readonly isPartial?: true;
}

const WITH_LINES_OF_THEIR_OWN: ReadonlySet<DegradationReason> = new Set([
  'clock_offset',
  'requests_refused',
  'space_at_share',
  'space_over_limit',
  'settings_not_read',
  'x_user_trusted',
  'secrets_not_encrypted',
  'jwks_not_fetched',
  'erasure_waits',
]);

/** The other reasons do not keep messages from arriving, and they have metrics and log lines of their own. */
export const isOfIntake = ({ reason }: Pick<Degradation, 'reason'>): boolean => !WITH_LINES_OF_THEIR_OWN.has(reason);

const FOR_OPERATORS: ReadonlySet<DegradationReason> = new Set([
  ...(['requests_refused', 'space_at_share', 'space_over_limit', 'x_user_trusted', 'secrets_not_encrypted'] as const),
  ...(['account_not_read', 'account_not_connected', 'account_degraded'] as const),
]);

/** These degradations are about single callers or tenants, whom others must not see, or they help an attacker. */
export const isForOperators = ({ reason }: Pick<Degradation, 'reason'>): boolean => FOR_OPERATORS.has(reason);

/** Number of events that each reason of the intake affects. A degradation without an event counts as one. */
export function countByReason(degraded: readonly Degradation[]): ReadonlyMap<DegradationReason, number> {
  const reasons = DEGRADATION_REASONS.filter((reason) => isOfIntake({ reason }));
  const counts = new Map<DegradationReason, number>(reasons.map((reason) => [reason, 0]));
  for (const { reason } of degraded.filter(isOfIntake)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

/** The trouble of a dependency. */
export interface Trouble {
  /** A text for every reader. It contains no answer of a server and no address. */
  readonly summary: string;
  /** A text for operators. */
  readonly detail: string;
}

/** Returns the trouble of the whole intake when no registered event can be received. */
export function wholeIntakeTrouble(events: readonly string[], degraded: readonly Degradation[]): Trouble | undefined {
  if (degraded.length === 0 || events.length === 0) return undefined;
  const hit = new Map(degraded.filter(({ isPartial }) => !isPartial).map((each) => [each.event, each]));
  if (!events.every((event) => hit.has(event))) return undefined;
  const [first = ''] = events;
  const found = hit.get(first);
  const sentence = (problem: string | undefined) =>
    `none of the ${events.length} registered events can be received; "${first}": ${problem}`;
  return { summary: sentence(found && SUMMARIES[found.reason]), detail: sentence(found?.problem) };
}

/** Returns the first degradation of each event. */
export function bySubject(degraded: readonly Degradation[]): ReadonlyMap<string, Degradation> {
  const found = new Map<string, Degradation>();
  for (const one of degraded) if (one.event !== undefined && !found.has(one.event)) found.set(one.event, one);
  return found;
}
