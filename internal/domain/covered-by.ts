import { isWildcard } from './subject.js';
import { covers, overlap } from './subject-overlap.js';

/** Those of the subjects that are among the holders or covered by one of them. */
export function coveredBy(subjects: readonly string[], holders: readonly string[]): string[] {
  const exact = new Set(holders);
  const wildcards = holders.filter(isWildcard);
  return subjects.filter((subject) => exact.has(subject) || wildcards.some((wide) => covers(wide, subject)));
}

/** Those of the subjects that some message of this one is for. */
export function overlapping(subjects: readonly string[], subject: string): string[] {
  if (isWildcard(subject)) return subjects.filter((other) => overlap(other, subject));
  return subjects.filter((other) => other === subject || (isWildcard(other) && covers(other, subject)));
}
