import { hitByClosed, type Way } from '../../../domain/egress/closed-ways.js';
import { coveredBy, overlapping } from '../../../domain/matching/covered-by.js';
import type { Degradation } from '../../../domain/streams/degradation.js';
import { answersRequests, type Obstacle } from '../../../domain/streams/stream-obstacles.js';
import type { StreamPlan } from '../../../domain/streams/stream-plan.js';
import type { ConsumerPlan } from '../consumers/consumer-plan.js';
import type { Readings } from '../reading/readings.js';
import type { WantedConsumer } from '../wanted-consumer.js';

/** The known state of the streams and of their consumers. */
export interface Followed {
  /** The registered subjects. */
  readonly subjects: readonly string[];
  readonly plan: StreamPlan;
  /** The name of our own stream. */
  readonly ownName: string;
  /** The subjects that may be read from our own stream. */
  readonly ownHolds: readonly string[];
  /** The reason why messages may be missing in our own stream. */
  readonly ownObstacle: Obstacle | undefined;
  /** Events for which our own stream answers requests in place of a service. */
  readonly answered: readonly string[];
  readonly consumers: ConsumerPlan;
  readonly readings: Pick<Readings, 'obstacleOf' | 'reads'>;
  /** Former consumers that are read until they are empty. */
  readonly left: readonly WantedConsumer[];
  /** The reason why the streams cannot be looked at. */
  readonly outage: string | undefined;
}

/** The events whose messages do not arrive, or not all of them, with the reasons. */
export function degradedEvents(followed: Followed): readonly Degradation[] {
  const { subjects, plan, ownObstacle } = followed;
  const found: Degradation[] = [...plan.refused].map(([event, obstacle]) => ({ event, ...obstacle }));
  for (const [event, obstacle] of plan.narrowed) found.push({ event, ...obstacle, isPartial: true });
  for (const event of followed.answered)
    found.push({ event, ...answersRequests(event, followed.ownName, 'STREAM_ACK=off'), isPartial: true });
  const missing = missingSubjects(followed);
  if (ownObstacle && missing.length === 0) found.push(ownObstacle);
  return [...found, ...hitByClosed(waysOf(followed, missing), subjects), ...outOfReach(followed)];
}

/** The subjects that are missing in our own stream. */
function missingSubjects({ plan, ownHolds, ownObstacle }: Followed): readonly string[] {
  if (!ownObstacle) return [];
  const held = new Set(ownHolds);
  return plan.own.filter((subject) => !held.has(subject));
}

/** The ways by which messages of the events arrive. */
function waysOf(followed: Followed, missing: readonly string[]): readonly Way[] {
  const { subjects, plan, ownObstacle, consumers, readings } = followed;
  const isMissing = new Set(missing);
  const foreign = plan.foreign.map(({ stream, subject }) => ({
    subjects: [subject],
    obstacle: readings.obstacleOf(consumers.foreign(stream, subject)),
  }));
  const left = followed.left.map(({ target, filter = '>' }) => ({
    subjects: overlapping(subjects, filter),
    obstacle: readings.obstacleOf(target),
  }));
  return [
    { subjects: missing, obstacle: ownObstacle },
    {
      subjects: plan.own.filter((subject) => !isMissing.has(subject)),
      obstacle: readings.obstacleOf(consumers.own),
    },
    ...foreign,
    // A former consumer without an obstacle is left out, because no new messages arrive by it.
    ...left.filter(({ obstacle }) => obstacle !== undefined),
  ];
}

/**
 * The degradations while the streams cannot be looked at: either the events that are not read, or the fact that changes
 * go unnoticed.
 */
function outOfReach({ subjects, plan, consumers, readings, outage }: Followed): readonly Degradation[] {
  if (outage === undefined) return [];
  const read = [
    ...(readings.reads(consumers.own) ? plan.own : []),
    ...plan.foreign
      .filter(({ stream, subject }) => readings.reads(consumers.foreign(stream, subject)))
      .map(({ subject }) => subject),
  ];
  const covered = new Set(coveredBy(subjects, read));
  const unread = subjects.filter((event) => !covered.has(event));
  const obstacle: Obstacle = { reason: 'not_connected', problem: `The streams cannot be looked at: ${outage}` };
  return unread.length === 0 ? [obstacle] : unread.map((event) => ({ event, ...obstacle }));
}
