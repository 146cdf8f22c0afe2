import { HukzError, type Problem } from '../hukz-error.js';
import { EmitterError, invalid } from './emitter-error.js';

/** The members of a webhook, by the beginnings of their names in problems, and the arguments that they come from. */
const SOURCES: readonly (readonly [string, string])[] = [
  ['url', 'config.url'],
  ['secret', 'config.secret'],
  ['signature', 'config.headerIdentifier'],
  ['headers', 'config.additionalHeaders'],
  ['auth', 'config.additionalHeaders'],
  ['timeout', 'config.requestTimeout'],
  ['retry', 'config.backoff'],
  ['tls', 'config.allowInsecure'],
  ['event', 'event'],
  ['request_id', 'requestId'],
  ['payload', 'payload'],
];

/** The error of an emitter for a refusal of the service. All other errors are as they were. */
export function refusalOf(error: unknown): unknown {
  if (!(error instanceof HukzError)) return error;
  const [problem] = error.problems;
  if (error.status === 429) return new EmitterError('full', error.message, undefined, { cause: error });
  const isMistake = error.status === 422 || error.status === 413;
  return isMistake && problem ? invalid(sourceOf(problem), problem.message, { cause: error }) : error;
}

function sourceOf({ source = '' }: Problem): string {
  const [, argument = 'config'] = SOURCES.find(([name]) => source.startsWith(name)) ?? [];
  return argument;
}
