import { makeEndings } from '../internal/local/endings.js';
import type { Bench } from './bench.js';
import { BenchFailure } from './failure.js';
import { type OpenOptions, openBench } from './open-bench.js';

/**
 * Runs the work with all required processes, within the time limit of the plan and until the user interrupts it. All
 * started processes have ended when this settles.
 */
export async function withBench<T>(
  options: Omit<OpenOptions, 'endings' | 'stop'>,
  work: (bench: Bench) => Promise<T>,
): Promise<T> {
  const { plan, say } = options;
  const endings = makeEndings(say);
  const stop = new AbortController();
  const limit = setTimeout(
    () => stop.abort(new BenchFailure(`not done within the limit of ${plan.limitMs / 1000} s`)),
    plan.limitMs,
  );
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => stop.abort(new BenchFailure(`ended by ${name}`)));
  const aborted = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason));
  });
  aborted.catch(() => undefined);
  try {
    return await Promise.race([openBench({ ...options, endings, stop }).then(work), aborted]);
  } finally {
    clearTimeout(limit);
    await endings.run();
  }
}
