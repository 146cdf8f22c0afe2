import { AppError } from '../../errors.js';
import type { EventFields } from '../../store/catalog/event-row.js';
import { Ticks } from '../../ticks.js';
import type { EventIntake } from '../api-deps.js';
import type { Declaration } from './declaration.js';
import type { EventPlan, EventStep } from './plan-events.js';
import { Problems } from './problems.js';

/** Number of events about which NATS is asked at the same time. */
const AT_ONCE = 8;

/** A subject with the way in which it is used, as NATS was asked about it. */
const questionOf = ({ subject, publishOnly }: Pick<EventFields, 'subject' | 'publishOnly'>) =>
  `${publishOnly} ${subject}`;

/** Whether NATS has to be asked before a step is carried out. */
function isQuestion({ fieldsAfter, before }: EventStep): boolean {
  return fieldsAfter !== undefined && (before === undefined || questionOf(before) !== questionOf(fieldsAfter));
}

/** Checks that NATS can deliver the subjects that are new in a plan, and returns what was checked. */
export async function admitEvents(
  { admitEvent }: Pick<EventIntake, 'admitEvent'>,
  { steps }: EventPlan,
  { events = [] }: Declaration,
): Promise<ReadonlySet<string>> {
  const places = new Map(events.map(({ key, place }) => [key, place]));
  const problems = new Problems();
  const admitted = new Set<string>();
  const waiting = steps.filter(isQuestion);
  const ask = async () => {
    const ticks = new Ticks();
    for (let step = waiting.pop(); step; step = waiting.pop()) {
      await ticks.next();
      const { key, fieldsAfter: fields, before } = step;
      if (!fields) continue;
      await problems.collect(places.get(key ?? '') ?? '', () => admitEvent(fields, before?.subject));
      admitted.add(questionOf(fields));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  problems.throwIfAny();
  return admitted;
}

/** Events may have changed since NATS was asked. @throws {AppError} `conflict` */
export function requireAdmitted(steps: readonly EventStep[], admitted: ReadonlySet<string>): void {
  const isAsked = ({ fieldsAfter }: EventStep) => fieldsAfter !== undefined && admitted.has(questionOf(fieldsAfter));
  const missed = steps.find((step) => isQuestion(step) && !isAsked(step));
  if (missed) throw new AppError('conflict', `event ${missed.key} has changed meanwhile: repeat the request`);
}
