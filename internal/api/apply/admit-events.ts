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
function isQuestion({ fieldsAfter: after, before }: EventStep): boolean {
  if (after === undefined) return false;
  return before?.subject !== after.subject || before.publishOnly !== after.publishOnly;
}

/** Checks that NATS can deliver the subjects that are new in a plan, and returns what was checked. */
export async function admitEvents(
  { admitEvent }: Pick<EventIntake, 'admitEvent'>,
  { steps }: EventPlan,
  { events = [] }: Declaration,
): Promise<ReadonlySet<string>> {
  const problems = new Problems();
  const admitted = new Set<string>();
  const ticks = new Ticks();
  const waiting: EventStep[] = [];
  const places = new Map<string | null, string>();
  for (const { key, place } of events) {
    await ticks.next();
    places.set(key, place);
  }
  for (const step of steps) {
    await ticks.next();
    if (isQuestion(step)) waiting.push(step);
  }
  const ask = async ({ key, fieldsAfter: fields, before }: EventStep) => {
    if (!fields) return;
    await problems.collect(places.get(key) ?? '', () => admitEvent(fields, before?.subject));
    admitted.add(questionOf(fields));
  };
  for (let from = 0; from < waiting.length; from += AT_ONCE) {
    await ticks.next();
    await Promise.all(waiting.slice(from, from + AT_ONCE).map(ask));
  }
  problems.throwIfAny();
  return admitted;
}

/** Events may have changed since NATS was asked. @throws {AppError} `conflict` */
export async function requireAdmitted(steps: readonly EventStep[], admitted: ReadonlySet<string>): Promise<void> {
  const ticks = new Ticks();
  for (const step of steps) {
    await ticks.next();
    if (!step.fieldsAfter || !isQuestion(step) || admitted.has(questionOf(step.fieldsAfter))) continue;
    throw new AppError('conflict', `event ${step.key} has changed meanwhile: repeat the request`);
  }
}
