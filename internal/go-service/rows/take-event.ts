import { parseSubject, type SubjectRules } from '../../domain/matching/subject.js';
import type { GoEvent } from './read-tables.js';
import { type OurRow, takeRecord } from './take-record.js';
import { takeTags } from './take-tags.js';

/** A row of the Go service as it is stored here. */
export interface Taken<Row> {
  readonly row: Row;
  readonly hash: string;
  /** The reason why the row is kept but not used. */
  readonly problem: string | undefined;
  /** The differences to the row of the Go service, in sentences. */
  readonly losses: readonly string[];
}

export interface OurEvent extends OurRow {
  readonly event: string;
}

/** The events that are in use, by their subjects in lower case. */
export type Living = Map<string, number>;

/**
 * An event that cannot be used here is kept as a deleted one: its subject is refused by NATS, or another event has the
 * subject. `living` gains each event that is used, so the event with the lowest id keeps a subject.
 */
export function takeEvent(event: GoEvent, rules: SubjectRules, living: Living, now: string): Taken<OurEvent> {
  const { tags, losses } = takeTags(event.tags);
  const subject = event.event ?? '';
  const problem = event.deleted_at === null ? problemOf(subject, Number(event.id), rules, living) : undefined;
  if (event.deleted_at === null && problem === undefined) living.set(subject.toLowerCase(), Number(event.id));
  const record = takeRecord(event, now);
  const deleted_at = problem === undefined ? record.deleted_at : now;
  return { row: { ...record, deleted_at, event: subject, tags }, hash: event.hash, problem, losses };
}

function problemOf(subject: string, id: number, rules: SubjectRules, living: Living): string | undefined {
  const judged = parseSubject(subject, rules);
  if (!judged.ok) return judged.problem;
  const other = living.get(subject.toLowerCase());
  return other === undefined || other === id ? undefined : `event ${other} has the same subject, regardless of case`;
}
