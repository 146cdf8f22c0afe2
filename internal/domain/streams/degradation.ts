/** Why the service is degraded. Each reason of the intake is the label of a metric, so the set is small and fixed. */
export const DEGRADATION_REASONS = [
  /** There is no connection to NATS, nothing is read by it yet, or its streams cannot be looked at. */
  'not_connected',
  /** The event has no confirmed subscription yet. */
  'not_subscribed',
  /** The server refuses the subscription: permissions, or a limit. */
  'subscription_refused',
  /** The rules for subjects are stricter than when the event was stored: the operator's list, or ours. */
  'subject_not_allowed',
  /** Our stream would hold subjects of the NATS server, of replies or of our own results as well. */
  'subject_reserved',
  /** Our stream acknowledges, and would answer the requests to a service on this subject. */
  'not_publish_only',
  /** The NATS services could not be asked on which subjects they answer. */
  'services_unknown',
  /** Its subject crosses another registered one, or a stream holds a part of it. */
  'subject_overlap',
  /** The stream stores the messages under another subject. */
  'subject_transformed',
  /** The server refuses to make or change our stream. */
  'stream_refused',
  /** Something else changes our stream again and again. */
  'stream_contested',
  /** The stream belongs to others, and reading it would harm them or cannot work. */
  'stream_unsuitable',
  /** The server refuses to make or change the consumer. */
  'consumer_refused',
  /** A consumer of our name has a configuration that loses messages and cannot be changed. */
  'consumer_unsuitable',
  /** The server refuses to deliver to our consumer. */
  'pull_refused',
  /** How far consumers have come cannot be written to the database. */
  'positions_not_kept',
  /** The database lacks acknowledged messages, and they could not be read again from the stream yet. */
  'journal_behind',
  /** Single messages cannot be stored, while the others are. */
  'message_not_stored',
  /** Single attempts cannot be settled, while the others are. */
  'attempt_not_stored',
  /** The clock of this machine differs from the database's. */
  'clock_offset',
  /** Callers of the API or of /metrics are refused, or their connections are closed. */
  'requests_refused',
  /** Deliveries of a space wait, because the space has all the slots that it may have. */
  'space_at_share',
] as const;

export type DegradationReason = (typeof DEGRADATION_REASONS)[number];

/** What each reason means, for readers who may not see what a server answered or where it is. */
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
  attempt_not_stored: 'The database does not store single attempts.',
  clock_offset: 'The clock of this machine differs from the clock of the database.',
  requests_refused: 'Requests are refused, or connections are closed, because of limits or rules of the API.',
  space_at_share: 'Deliveries of a space wait, because it has as many requests under way as it may have.',
};

/** The degradation without the words of a server, its address, or a configuration. */
export function summaryOf({ reason, event }: Degradation): Degradation {
  return { ...(event !== undefined && { event }), reason, problem: SUMMARIES[reason] };
}

/** Of these the words are ours, about the subject: who registers the event needs them. */
const ABOUT_THE_SUBJECT: ReadonlySet<DegradationReason> = new Set([
  ...(['not_subscribed', 'subscription_refused', 'subject_not_allowed', 'subject_reserved'] as const),
  ...(['not_publish_only', 'subject_overlap', 'subject_transformed', 'stream_unsuitable'] as const),
]);

/** The degradation of an event for users of the API, who are not to read what a server answered. */
export const toldToUsers = (one: Degradation): Degradation =>
  ABOUT_THE_SUBJECT.has(one.reason) ? one : summaryOf(one);

/** Something that stops, delays or narrows the service without ending it. */
export interface Degradation {
  /** The registered subject that is concerned; absent when it is not about one event. */
  readonly event?: string;
  readonly reason: DegradationReason;
  /** One sentence: what is wrong and what to do. */
  readonly problem: string;
  /** Messages of the event come all the same, but not all of them. */
  readonly isPartial?: true;
}

const WITH_LINES_OF_THEIR_OWN: ReadonlySet<DegradationReason> = new Set([
  'clock_offset',
  'requests_refused',
  'space_at_share',
]);

/** Messages arrive in spite of the other ones, which have a metric and log lines of their own. */
export const isOfIntake = ({ reason }: Pick<Degradation, 'reason'>): boolean => !WITH_LINES_OF_THEIR_OWN.has(reason);

/** Callers cause these by what they do: one of them is not to see what another one does. */
export const isForOperators = ({ reason }: Pick<Degradation, 'reason'>): boolean =>
  reason === 'requests_refused' || reason === 'space_at_share';

/** How many events each reason of the intake concerns; a degradation that is not about one event counts as one. */
export function countByReason(degraded: readonly Degradation[]): ReadonlyMap<DegradationReason, number> {
  const reasons = DEGRADATION_REASONS.filter((reason) => isOfIntake({ reason }));
  const counts = new Map<DegradationReason, number>(reasons.map((reason) => [reason, 0]));
  for (const { reason } of degraded.filter(isOfIntake)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

/** Why a dependency is unwell. */
export interface Trouble {
  /** For everybody: no answer of a server, no address. */
  readonly summary: string;
  /** For operators. */
  readonly detail: string;
}

/** The trouble of the intake as a whole when no registered event can be taken. */
export function wholeIntakeTrouble(events: readonly string[], degraded: readonly Degradation[]): Trouble | undefined {
  if (degraded.length === 0 || events.length === 0) return undefined;
  const hit = new Map(degraded.filter(({ isPartial }) => !isPartial).map((each) => [each.event, each]));
  if (!events.every((event) => hit.has(event))) return undefined;
  const [first = ''] = events;
  const found = hit.get(first);
  const words = (problem: string | undefined) =>
    `none of the ${events.length} registered events can be taken; "${first}": ${problem}`;
  return { summary: words(found && SUMMARIES[found.reason]), detail: words(found?.problem) };
}

/** The first degradation of each event. */
export function bySubject(degraded: readonly Degradation[]): ReadonlyMap<string, Degradation> {
  const found = new Map<string, Degradation>();
  for (const one of degraded) if (one.event !== undefined && !found.has(one.event)) found.set(one.event, one);
  return found;
}
