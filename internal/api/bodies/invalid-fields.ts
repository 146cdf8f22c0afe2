import type { z } from 'zod';
import { AppError } from '../../errors.js';
import { sentencesFor } from './issue-sentence.js';
import { SeveralRefusals } from './several-refusals.js';

const MAX_REPORTED = 20;

/** All problems of a request's fields. */
export class InvalidFields extends SeveralRefusals {
  constructor(issues: readonly z.core.$ZodIssue[]) {
    const reported = issues.slice(0, MAX_REPORTED).flatMap(sentencesFor).slice(0, MAX_REPORTED);
    const [first, ...rest] = reported.map(({ message, field }) => new AppError('unprocessable', message, field));
    super([first ?? new AppError('unprocessable', 'Invalid request body'), ...rest]);
  }
}

/** Returns the value as its schema parses it, or throws every problem as a sentence. */
export function parseFields<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (!result.success) throw new InvalidFields(result.error.issues);
  return result.data;
}
