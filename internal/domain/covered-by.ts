import { isWildcard } from './subject.js';
import { covers } from './subject-overlap.js';

/** Those of the subjects that are among the holders or covered by one of them. */
export function coveredBy(subjects: readonly string[], holders: readonly string[]): string[] {
  const exact = new Set(holders);
  const wildcards = holders.filter(isWildcard);
  return subjects.filter((subject) => exact.has(subject) || wildcards.some((wide) => covers(wide, subject)));
}
