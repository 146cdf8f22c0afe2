import { appendFileSync } from 'node:fs';
import type supertest from 'supertest';
import { findLeak, findSecret } from './find-leak.js';

const AROUND = 300;

/**
 * Looks for secrets in a text that must have none: a log line, a metric, a row of the audit, an error. A finding goes
 * into the file of the run, and the end of the run fails with all of them. Without such a file, it fails here.
 */
export function watchLeaks(place: string, text: string): void {
  report(place, text, findLeak(text));
}

/** An error of the API repeats a mistake to its caller, but no secret, also if the caller sent it. */
export function watchErrors(request: supertest.Test): supertest.Test {
  return request.on('response', ({ status, text }: supertest.Response) => {
    if (status >= 400 && typeof text === 'string') report('an error of the API', text, findSecret(text));
  });
}

/** The fields of a log line may be anything, also what JSON cannot write. */
export function watchFields(place: string, fields: object): void {
  let text: string;
  try {
    text = JSON.stringify(fields);
  } catch {
    text = Object.values(fields).map(String).join(' ');
  }
  watchLeaks(place, text);
}

function report(place: string, text: string, leak: string | undefined): void {
  if (leak === undefined) return;
  const at = Math.max(0, text.indexOf(leak) - AROUND);
  const found = `${place}: ${text.slice(at, at + 2 * AROUND)}`;
  const file = process.env.TESTKIT_LEAKS;
  if (file === undefined) throw new Error(`a secret leaks: ${found}`);
  appendFileSync(file, `${JSON.stringify(found)}\n`);
}
