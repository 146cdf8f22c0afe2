import { hitByClosed, type Way } from '../../../domain/egress/closed-ways.js';
import { coveredBy, overlapping } from '../../../domain/matching/covered-by.js';
import type { Degradation } from '../../../domain/streams/degradation.js';
import { answersRequests, type Obstacle } from '../../../domain/streams/stream-obstacles.js';
import type { StreamPlan } from '../../../domain/streams/stream-plan.js';
import type { ConsumerPlan } from '../consumers/consumer-plan.js';
import type { Readings } from '../reading/readings.js';
import type { WantedConsumer } from '../wanted-consumer.js';

/** What is known of the streams and of what is read of them. */
export interface Followed {
  /** The registered ones. */
  readonly subjects: readonly string[];
  readonly plan: StreamPlan;
  /** The name of our own stream. */
  readonly ownName: string;
  /** What may be read of our own stream. */
  readonly ownHolds: readonly string[];
  /** Why messages may be missing in our own stream. */
  readonly ownObstacle: Obstacle | undefined;
  /** Events on whose requests our own stream answers in place of a service. */
  readonly answered: readonly string[];
  readonly consumers: ConsumerPlan;
  readonly readings: Pick<Readings, 'obstacleOf' | 'reads'>;
  /** Former consumers that are read until they are empty. */
  readonly left: readonly WantedConsumer[];
  /** Why the streams cannot be looked at. */
  readonly outage: string | undefined;
}

/** The events whose messages do not come, or not all of them, and why. */
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

/** The subjects that our own stream does not hold although it should. */
function missingSubjects({ plan, ownHolds, ownObstacle }: Followed): readonly string[] {
  if (!ownObstacle) return [];
  const held = new Set(ownHolds);
  return plan.own.filter((subject) => !held.has(subject));
}

/** The ways by which messages of the events come. */
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
    // By those that are open, new messages do not come.
    ...left.filter(({ obstacle }) => obstacle !== undefined),
  ];
}

/** While the streams cannot be looked at: the events that are not read, or else that changes go unnoticed. */
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
