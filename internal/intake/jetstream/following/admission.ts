import { NatsError } from 'nats';
import { coveredBy } from '../../../domain/matching/covered-by.js';
import type { Obstacle } from '../../../domain/streams/stream-obstacles.js';
import { AppError } from '../../../errors.js';
import type { Admission } from '../../intake.js';
import type { ConsumerPlan } from '../consumers/consumer-plan.js';
import type { Readings } from '../reading/readings.js';
import { isOutOfReach, Refusal, serverTextOf } from '../refusal.js';
import { heldBy } from '../streams/own-config.js';
import type { Planning, Wanted } from '../streams/planning.js';
import type { ListedStreams } from '../streams/streams.js';
import type { StreamLink } from '../wanted-consumer.js';

export interface AdmissionDeps {
  readonly catalog: Wanted;
  readonly planning: Planning;
  readonly readings: Pick<Readings, 'prepare'>;
  readonly consumers: ConsumerPlan;
  /** Our stream may contain the subject of an event that is not stored in the end. */
  onTried(): void;
}

/** Called before an event is stored. */
export type Admit = (server: StreamLink, event: Admission, insteadOf: string | undefined) => Promise<void>;

/**
 * Makes everything that the messages of an event need, if nothing else depends on it yet.
 * @throws {AppError} if the messages could not be received: `conflict` because of other subjects, else `unprocessable`
 * with the server's message
 */
export function makeAdmit(deps: AdmissionDeps): Admit {
  const { catalog, planning, readings, consumers } = deps;

  const prepare = async (server: StreamLink, { subject, publishOnly }: Admission, insteadOf: string | undefined) => {
    const listed = await planning.list(server.manager);
    if (!publishOnly) await planning.lookForServices(server);
    const others = (all: readonly string[]) => all.filter((other) => other !== insteadOf);
    const after: Wanted = {
      subjects: () => [...others(catalog.subjects()), subject],
      publishOnly: () => [...others(catalog.publishOnly()), ...(publishOnly ? [subject] : [])],
    };
    const obstacle = planning.of(after, listed).refused.get(subject);
    if (obstacle) throw new AppError(isByOthers(obstacle) ? 'conflict' : 'unprocessable', obstacle.problem, 'event');
    // The replaced subject stays in the stream until the change is stored. A subject that overlaps only the replaced
    // one is added after that.
    const both: Wanted = {
      subjects: () => [...catalog.subjects(), subject],
      publishOnly: () => [...catalog.publishOnly(), ...after.publishOnly()],
    };
    const plan = planning.of(both, listed);
    if (plan.refused.has(subject)) return;
    const foreign = plan.foreign.filter((each) => coveredBy([subject], [each.subject]).length > 0);
    let streams = listed;
    const isHeld = ({ own }: ListedStreams) => coveredBy([subject], heldBy(own)).length > 0;
    if (foreign.length === 0 && (!isHeld(listed) || planning.own.refusal)) {
      planning.own.hurry();
      deps.onTried();
      const made = await planning.makeOwn(server, both);
      streams = made.streams;
      if (made.refusal && !isHeld(streams)) throw made.refusal;
    }
    const its = foreign.length > 0 ? { ...streams, own: undefined } : streams;
    for (const one of consumers.of({ ...plan, foreign }, its)) await readings.prepare(server, one);
  };

  return async (server, event, insteadOf) => {
    try {
      await prepare(server, event, insteadOf);
    } catch (error) {
      throw refusedEvent(error);
    }
  };
}

/** Whether other registered subjects or streams are the only obstacle. */
const isByOthers = ({ reason }: Obstacle) => reason === 'subject_overlap';

const refusedEvent = (error: unknown): unknown => {
  if (error instanceof Refusal) return new AppError('unprocessable', error.message, 'event');
  if (!(error instanceof NatsError)) return error;
  const problem = serverTextOf(error);
  return isOutOfReach(error)
    ? new AppError('unavailable', `the event cannot be registered now: ${problem}`)
    : new AppError('unprocessable', problem, 'event');
};
