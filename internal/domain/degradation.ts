/** Why the service is degraded. Each reason of the intake is the label of a metric, so the set is small and fixed. */
export const DEGRADATION_REASONS = [
  /** There is no connection to NATS, nothing is read by it yet, or its streams cannot be looked at. */
  'not_connected',
  /** The event has no confirmed subscription yet. */
  'not_subscribed',
  /** The server refuses the subscription: permissions, or a limit. */
  'subscription_refused',
  /** Its subject crosses another registered one, or a stream holds a part of it. */
  'subject_overlap',
  /** The stream stores the messages under another subject. */
  'subject_transformed',
  /** The server refuses to make or change our stream. */
  'stream_refused',
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
] as const;

export type DegradationReason = (typeof DEGRADATION_REASONS)[number];

/** Something that stops, delays or narrows the service without ending it. */
export interface Degradation {
  /** The registered subject that is concerned; absent when it is not about one event. */
  readonly event?: string;
  readonly reason: DegradationReason;
  /** One sentence: what is wrong and what to do. */
  readonly problem: string;
}

/** The offset of the clock has a metric and log lines of its own, because messages arrive all the same. */
export const isOfIntake = ({ reason }: Pick<Degradation, 'reason'>): boolean => reason !== 'clock_offset';

/** How many events each reason of the intake concerns; a degradation that is not about one event counts as one. */
export function countByReason(degraded: readonly Degradation[]): ReadonlyMap<DegradationReason, number> {
  const reasons = DEGRADATION_REASONS.filter((reason) => isOfIntake({ reason }));
  const counts = new Map<DegradationReason, number>(reasons.map((reason) => [reason, 0]));
  for (const { reason } of degraded.filter(isOfIntake)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

/** The problem of the intake as a whole when no registered event can be taken. */
export function wholeIntakeProblem(events: readonly string[], degraded: readonly Degradation[]): string | undefined {
  if (degraded.length === 0 || events.length === 0) return undefined;
  const hit = new Map(degraded.map((each) => [each.event, each]));
  if (!events.every((event) => hit.has(event))) return undefined;
  const [first = ''] = events;
  return `none of the ${events.length} registered events can be taken; "${first}": ${hit.get(first)?.problem}`;
}

/** The first degradation of each event. */
export function bySubject(degraded: readonly Degradation[]): ReadonlyMap<string, Degradation> {
  const found = new Map<string, Degradation>();
  for (const one of degraded) if (one.event !== undefined && !found.has(one.event)) found.set(one.event, one);
  return found;
}
