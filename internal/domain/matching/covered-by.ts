import { firstToken, isWildcard } from './subject.js';
import { covers, overlap } from './subject-overlap.js';

/** Those of the subjects that are among the holders or covered by one of them. */
export function coveredBy(subjects: readonly string[], holders: readonly string[]): string[] {
  return subjects.filter(makeIsCovered(holders));
}

/** The same of one subject after another. */
export function makeIsCovered(holders: readonly string[]): (subject: string) => boolean {
  const exact = new Set(holders);
  const wildcards = holders.filter(isWildcard);
  return (subject) => exact.has(subject) || wildcards.some((wide) => covers(wide, subject));
}

/** Whether some message of a subject is for one of the others as well. */
export function makeOverlapsOne(others: readonly string[]): (subject: string) => boolean {
  const byFirst = new Map<string, string[]>();
  for (const other of others) {
    const same = byFirst.get(firstToken(other));
    if (same) same.push(other);
    else byFirst.set(firstToken(other), [other]);
  }
  const wide = others.filter((other) => isWildcard(firstToken(other)));
  return (subject) => {
    const first = firstToken(subject);
    const near = isWildcard(first) ? others : [...(byFirst.get(first) ?? []), ...wide];
    return near.some((other) => overlap(other, subject));
  };
}

/** Those of the subjects that some message of this one is for. */
export function overlapping(subjects: readonly string[], subject: string): string[] {
  if (isWildcard(subject)) return subjects.filter((other) => overlap(other, subject));
  return subjects.filter((other) => other === subject || (isWildcard(other) && covers(other, subject)));
}
