import type { CatalogChanges, CatalogHistory, CatalogState } from '../domain/matching/catalog.js';
import { parseSubject, type SubjectRules } from '../domain/matching/subject.js';
import type { Degradation } from '../domain/streams/degradation.js';

type OnPart = (part: CatalogChanges, history: CatalogHistory) => void;
type Load = (known: CatalogState, onPart: OnPart) => Promise<CatalogHistory>;

export interface PermittedEvents {
  /** Loads the catalog without the events that are not permitted. */
  readonly load: Load;
  /** The subjects of the events that are not permitted. */
  subjects(): string[];
  degraded(): readonly Degradation[];
}

/**
 * Stored events whose subjects are refused today, because a rule is newer than they are. They are not received, and are
 * degraded.
 */
export function makePermittedEvents(rules: SubjectRules, load: Load): PermittedEvents {
  const barred = new Map<number, Degradation>();

  const withoutBarred = (part: CatalogChanges): CatalogChanges => {
    const before = barred.size;
    for (const id of part.deletedEventIds) barred.delete(id);
    for (const { id, subject } of part.events) {
      const judged = parseSubject(subject, rules);
      if (judged.ok) barred.delete(id);
      else barred.set(id, { event: subject, reason: 'subject_not_allowed', problem: describe(judged.problem) });
    }
    if (before === 0 && barred.size === 0) return part;
    const events = part.events.filter(({ id }) => !barred.has(id));
    const left = part.events.flatMap(({ id }) => (barred.has(id) ? [id] : []));
    return { ...part, events, deletedEventIds: [...part.deletedEventIds, ...left] };
  };

  return {
    load: (known, onPart) => {
      let isFirst = true;
      return load(known, (part, history) => {
        if (isFirst && history !== 'continued') barred.clear();
        isFirst = false;
        onPart(withoutBarred(part), history);
      });
    },
    subjects: () => [...barred.values()].flatMap(({ event }) => event ?? []),
    degraded: () => [...barred.values()],
  };
}

const describe = (problem: string) =>
  `Messages of this event are not accepted: ${problem}. Change the subject of the event, delete the event, or let the operator change the rule.`;
