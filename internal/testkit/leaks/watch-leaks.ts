import { appendFileSync } from 'node:fs';
import { findLeak } from './find-leak.js';

const AROUND = 300;

/**
 * Looks for secrets in a text that must have none: a log line, a metric, a row of the audit, an error. A finding goes
 * into the file of the run, and the end of the run fails with all of them. Without such a file, it fails here.
 */
export function watchLeaks(place: string, text: string): void {
  const leak = findLeak(text);
  if (leak === undefined) return;
  const at = Math.max(0, text.indexOf(leak) - AROUND);
  const found = `${place}: ${text.slice(at, at + 2 * AROUND)}`;
  const file = process.env.TESTKIT_LEAKS;
  if (file === undefined) throw new Error(`a secret leaks: ${found}`);
  appendFileSync(file, `${JSON.stringify(found)}\n`);
}
