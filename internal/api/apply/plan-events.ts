import type { Event, EventFields } from '../../store/catalog/event-row.js';
import { findManagedEvents, findNamedEvents } from '../../store/declared/declared-events.js';
import type { Db } from '../../store/postgres/knex.js';
import { Ticks } from '../../ticks.js';
import { eventFieldsJson } from '../events/event-answer.js';
import type { ApplyHead } from './apply-body.js';
import { changedFields } from './changed-fields.js';
import type { Declaration, DeclaredEvent, DeclaredWebhook, EventName, Step } from './declaration.js';
import { EventIndex } from './event-index.js';

/** An event with the largest tags has 12 KB. */
const EVENTS_AT_ONCE = 200;

/** A step for an event. A created event has a negative id until it is stored. */
export interface EventStep extends Step {
  readonly kind: 'event';
  readonly plannedId: number;
  readonly fieldsAfter?: EventFields;
  readonly before?: Event;
}

export interface EventPlan {
  readonly steps: readonly EventStep[];
  /** The events as they are after the plan, and those that only webhooks name. */
  readonly index: EventIndex;
}

/** Compares the declared events with the stored ones. */
export async function planEvents(
  db: Db,
  { head, events, webhooks = [] }: Declaration,
  isLocking: boolean,
): Promise<EventPlan> {
  const stored = await storedEvents(db, await namesIn(events ?? [], webhooks), isLocking);
  const ticks = new Ticks();
  const steps: EventStep[] = [];
  for (const [nth, event] of (events ?? []).entries()) {
    await ticks.next();
    steps.push(stepFor(event, { head, stored, newId: -1 - nth }));
  }
  const declared = new Set((events ?? []).map(({ key }) => key));
  const removed = head.prune && events ? await managedBeside(db, { head, declared }, isLocking) : [];
  const index = await indexAfter(stored, steps, removed);
  for (const { id, key } of removed) {
    await ticks.next();
    steps.push({ kind: 'event', key, id, plannedId: id, do: 'remove', fields: [] });
  }
  return { steps, index };
}

function stepFor(
  event: DeclaredEvent,
  { head, stored, newId }: { readonly head: ApplyHead; readonly stored: EventIndex<Event>; readonly newId: number },
): EventStep {
  const { key, fields: after } = event;
  const keyed = stored.byKey(key);
  const owner = stored.bySubjectInAnyCase(after.subject);
  const before = keyed ?? (owner?.key === null ? owner : undefined);
  const base = { kind: 'event', key, id: before?.id, plannedId: before?.id ?? newId } as const;
  const fields = before ? changedFields(eventFieldsJson(before), eventFieldsJson(after)) : [];
  const conflict = (because: string): EventStep => ({ ...base, do: 'conflict', fields, because });
  if (owner && owner.id !== before?.id) return conflict(`event ${owner.id} has the subject ${after.subject} already`);
  if (!before) return { ...base, do: 'create', fields: [], fieldsAfter: after };
  if (before.managedBy !== head.managed_by && !head.take_over) return conflict(otherManager('event', before));
  if (fields.length === 0) return { ...base, do: 'keep', fields };
  return { ...base, do: 'change', fields, fieldsAfter: after, before };
}

/** The reason for a conflict with an object that this declaration does not manage. */
export function otherManager(
  kind: 'event' | 'webhook',
  { id, managedBy }: { readonly id: number; readonly managedBy: string | null },
): string {
  const manager = managedBy === null ? 'has no managed_by' : `has the managed_by ${JSON.stringify(managedBy)}`;
  return `${kind} ${id} ${manager}: set take_over to change it`;
}

/** Every name of an event in a declaration, once. Its webhooks may have millions. */
async function namesIn(
  events: readonly DeclaredEvent[],
  webhooks: readonly DeclaredWebhook[],
): Promise<readonly EventName[]> {
  const ticks = new Ticks();
  const names = new Set<EventName>();
  for (const { key, fields } of events) {
    await ticks.next();
    names.add(`key:${key}`).add(fields.subject);
  }
  for (const webhook of webhooks) {
    await ticks.next();
    for (const name of webhook.events) names.add(name);
  }
  return [...names];
}

/** Reads in steps, because each event may be large. */
async function storedEvents(db: Db, names: readonly EventName[], isLocking: boolean): Promise<EventIndex<Event>> {
  const found: Event[] = [];
  for (let from = 0; from < names.length; from += EVENTS_AT_ONCE) {
    const step = EventIndex.namesIn(names.slice(from, from + EVENTS_AT_ONCE));
    found.push(...(await findNamedEvents(db, step, isLocking)));
  }
  return EventIndex.of(found);
}

/** The events of the manager that are not declared any more. */
async function managedBeside(
  db: Db,
  { head, declared }: { readonly head: ApplyHead; readonly declared: ReadonlySet<string> },
  isLocking: boolean,
): Promise<readonly Event[]> {
  const removed: Event[] = [];
  for (let afterId = 0; ; ) {
    const page = { managedBy: head.managed_by, afterId, limit: EVENTS_AT_ONCE };
    const events = await findManagedEvents(db, page, isLocking);
    removed.push(...events.filter(({ key }) => key === null || !declared.has(key)));
    const last = events.at(-1);
    if (!last) return removed;
    afterId = last.id;
  }
}

/** An event in conflict stays as it is stored, or as declared if none is, so that its webhooks can be planned. */
async function indexAfter(
  stored: EventIndex<Event>,
  steps: readonly EventStep[],
  removed: readonly Event[],
): Promise<EventIndex> {
  const ticks = new Ticks();
  const after = new Map<number, Pick<Event, 'id' | 'key' | 'subject'>>();
  for (const { id, key, subject } of stored.events) {
    await ticks.next();
    after.set(id, { id, key, subject });
  }
  for (const { id } of removed) {
    await ticks.next();
    after.delete(id);
  }
  for (const { plannedId: id, key, fieldsAfter } of steps) {
    await ticks.next();
    if (fieldsAfter) after.set(id, { id, key, subject: fieldsAfter.subject });
    else if (!after.has(id)) after.set(id, { id, key, subject: '' });
  }
  return EventIndex.of(after.values());
}
