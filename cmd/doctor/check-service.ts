import { messageOf } from '../../internal/errors.js';
import { clientOf } from '../connection/client-of.js';
import { type ConnectionOptions, resolveConnection } from '../connection/connection.js';
import type { Invocation } from '../invocation.js';
import { readReadiness } from '../observe/readiness.js';
import { type Check, fail, ok, warn } from './check.js';
import { judgeClock } from './clock.js';

const TIMEOUT_MS = 5000;
/** The header `Date` has whole seconds. */
const DATE_STEP_MS = 1000;

/** The running service, as far as its API says. */
export async function checkService(here: Invocation, options: ConnectionOptions): Promise<readonly Check[]> {
  const connection = await resolveConnection(here, options).catch(messageOf);
  if (typeof connection === 'string')
    return [warn('service', 'no service is named', 'Give --url, or run "hukz context set".')];
  const { url } = connection;
  const askedMs = Date.now();
  let toldMs: number | undefined;
  let answeredMs = askedMs;
  const timed: typeof fetch = async (...request) => {
    const answer = await fetch(...request);
    answeredMs = Date.now();
    toldMs = Date.parse(answer.headers.get('date') ?? '');
    return answer;
  };
  try {
    const hukz = clientOf(connection, { timeoutMs: TIMEOUT_MS, fetch: timed });
    const { ready, problems, guarantee } = await readReadiness(hukz);
    const clock = toldMs ? [judgeClock('service', { toldMs, askedMs, answeredMs, stepMs: DATE_STEP_MS })] : [];
    return [judgeReadiness(url, { ready, problems, guarantee }), ...clock];
  } catch (error) {
    return [fail('service', `${url}: ${messageOf(error)}`, 'Is hukz running there? Check the address and the port.')];
  }
}

function judgeReadiness(url: string, { ready, problems, guarantee }: Awaited<ReturnType<typeof readReadiness>>): Check {
  const found = problems.join('; ');
  if (!ready) return fail('service', `not ready: ${found}`, 'docs/operations.md explains each reason.');
  if (problems.length > 0)
    return warn('service', `ready, with problems: ${found}`, 'docs/operations.md explains each.');
  return ok('service', `ready at ${url}, guarantee: ${guarantee}`);
}
