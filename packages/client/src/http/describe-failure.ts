import { HukzError, type Problem } from '../hukz-error.js';
import { MAX_ANSWER_MIB, type Outcome, type RawAnswer } from './attempt.js';
import { codeOf, isRetryableStatus, problemsIn } from './read-problems.js';
import { retryAfterIn } from './retry-policy.js';

/** The facts that an error states about its request. */
export interface RequestName {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The URL of the API. */
  readonly url: string;
  readonly requestId: string;
  readonly attempts: number;
  readonly timeoutMs: number;
  /** Whether an earlier request of the call may have been carried out, because hukz itself has not refused it. */
  readonly mayBeDone: boolean;
}

const MAX_PROBLEMS_IN_MESSAGE = 3;
const MAX_PROBLEM_LENGTH = 300;
/** Changes that a repeated request finds done already. */
const DONE_ALREADY: ReadonlySet<number> = new Set([404, 409, 412]);
/** Names of system errors, such as ECONNREFUSED. Other texts of a cause may contain anything. */
const ERROR_NAME = /^[A-Z][A-Z0-9_]{2,40}$/;

/** The error of an outcome, or undefined for a successful answer. */
export function errorOf(outcome: Outcome, name: RequestName): HukzError | undefined {
  if (outcome.kind === 'answered') return isSuccess(outcome.answer) ? undefined : errorOfAnswer(outcome.answer, name);
  if (outcome.kind === 'too_large') return badAnswer(outcome, name, `a body of more than ${MAX_ANSWER_MIB} MiB`);
  const { method, path, url, requestId, attempts, timeoutMs } = name;
  const tries = attempts > 1 ? ` (${attempts} requests)` : '';
  const [why, options] =
    outcome.kind === 'timeout'
      ? [`was not answered within ${timeoutMs} ms${tries}`, {}]
      : [`got no answer from ${url}${systemError(outcome.cause)}${tries}`, { cause: outcome.cause }];
  const message = `${method} ${path} ${why}`;
  const failure = { code: outcome.kind, status: 0, problems: [{ message }], requestId, isRetryable: true, attempts };
  return new HukzError(message, failure, options);
}

/** An answer that is not what the API answers with. @param what the body, as `a body that is no JSON` */
export function badAnswer(
  { status }: Pick<RawAnswer, 'status'>,
  { method, path, requestId, attempts, url }: RequestName,
  what: string,
): HukzError {
  const message = `${method} ${path} was answered with ${status} and ${what}: check that hukz is at ${url}`;
  const failure = {
    status,
    code: 'bad_answer',
    problems: [{ message }],
    requestId,
    isRetryable: false,
    attempts,
  } as const;
  return new HukzError(message, failure);
}

const isSuccess = ({ status }: RawAnswer) => status >= 200 && status < 300;

function errorOfAnswer(answer: RawAnswer, name: RequestName): HukzError {
  const { status } = answer;
  const { method, path, attempts } = name;
  const retryAfterMs = retryAfterIn(answer.headers.get('retry-after'), Date.now());
  const body = parsedOrUndefined(answer.bytes);
  const found = problemsIn(body);
  const problems = found.length > 0 ? found : [{ message: unexplained(status) }];
  const doubt =
    name.mayBeDone && DONE_ALREADY.has(status) ? '; an earlier request of this call may have been carried out' : '';
  return new HukzError(`${method} ${path} was answered with ${status}: ${sentences(problems)}${doubt}`, {
    status,
    code: codeOf(status),
    problems,
    requestId: answer.headers.get('x-request-id') ?? name.requestId,
    isRetryable: isRetryableStatus(status, retryAfterMs),
    attempts,
    retryAfterMs,
    answer: body,
  });
}

function sentences(problems: readonly Problem[]): string {
  const shown = problems.slice(0, MAX_PROBLEMS_IN_MESSAGE).map(({ message, source }) => {
    const text = source === undefined || message.includes(source) ? message : `${message} (${source})`;
    return text.length > MAX_PROBLEM_LENGTH ? `${text.slice(0, MAX_PROBLEM_LENGTH)}…` : text;
  });
  const more = problems.length - shown.length;
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** Browsers answer a redirect that is not followed with the status 0. */
function unexplained(status: number): string {
  if (status === 0 || (status >= 300 && status < 400))
    return 'a redirect is not followed: give the URL of the API itself';
  return 'the answer names no reason, so it may come from a proxy or from another service';
}

function systemError(cause: unknown): string {
  const { cause: inner, code }: { readonly cause?: unknown; readonly code?: unknown } = Object(cause);
  if (typeof code === 'string' && ERROR_NAME.test(code)) return `: ${code}`;
  return inner === undefined ? '' : systemError(inner);
}

function parsedOrUndefined(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
