import { firstToken, isWildcard } from './subject.js';
import { covers, overlap } from './subject-overlap.js';

/** Returns the subjects that are equal to one of the holders or covered by it. */
export function coveredBy(subjects: readonly string[], holders: readonly string[]): string[] {
  return subjects.filter(makeIsCovered(holders));
}

/** Makes the check of `coveredBy` for use with many single subjects. */
export function makeIsCovered(holders: readonly string[]): (subject: string) => boolean {
  const exact = new Set(holders);
  const wildcards = holders.filter(isWildcard);
  return (subject) => exact.has(subject) || wildcards.some((wide) => covers(wide, subject));
}

/** Makes a check whether any message on a subject also matches one of the others. */
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

/** Returns those of the subjects that can match a message on `subject`. */
export function overlapping(subjects: readonly string[], subject: string): string[] {
  if (isWildcard(subject)) return subjects.filter((other) => overlap(other, subject));
  return subjects.filter((other) => other === subject || (isWildcard(other) && covers(other, subject)));
}
