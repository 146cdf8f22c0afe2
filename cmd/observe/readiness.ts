import type { Hukz } from '../../packages/client/src/hukz.js';
import { HukzError } from '../../packages/client/src/hukz-error.js';
import type { Figures } from './figures.js';

interface Degraded {
  readonly degraded?: readonly { readonly reason?: string; readonly problem?: string; readonly event?: string }[];
}

/** Reads `/health/ready`. An answer that is not from hukz, or none, is a failure. */
export async function readReadiness(hukz: Hukz): Promise<Pick<Figures, 'ready' | 'problems' | 'guarantee'>> {
  try {
    const answer = await hukz.health.ready();
    return { ready: true, problems: degradations(answer), guarantee: answer.guarantee };
  } catch (error) {
    if (!(error instanceof HukzError) || error.status !== 503) throw error;
    const { errors } = Object(error.answer) as { readonly errors?: unknown };
    if (typeof errors !== 'object' || errors === null) throw error;
    const away = Object.entries(errors).map(([name, problem]) => `${name}: ${String(problem)}`);
    return { ready: false, problems: [...away, ...degradations(Object(error.answer))], guarantee: undefined };
  }
}

function degradations({ degraded = [] }: Degraded): readonly string[] {
  return degraded.map(({ event, reason, problem }) => `${event === undefined ? '' : `${event}: `}${problem ?? reason}`);
}
