import { watchLeaks } from './watch-leaks.js';

/** No metric may have a secret. A service that needs a token for its metrics, or cannot answer now, is not asked. */
export async function watchMetrics(port: number): Promise<void> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(1000) });
    watchLeaks('the metrics', await answer.text());
  } catch {
    return;
  }
}
