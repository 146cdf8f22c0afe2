import type { InterruptionGroup } from '../../http/interruptions.js';

/**
 * Returns the result of a promise that never rejects, unless time runs out or the service stops before. The work
 * continues in any case.
 */
export function waitBriefly<T>(
  work: Promise<T>,
  ms: number,
  group: InterruptionGroup | undefined,
): Promise<T | 'late' | 'interrupted'> {
  return new Promise((resolve) => {
    const waiter = { seat: 0, interrupt: () => end('interrupted') };
    const timer = setTimeout(() => end('late'), ms);
    group?.join(waiter);
    let over = false;
    void work.then(end);

    function end(result: T | 'late' | 'interrupted'): void {
      if (over) return;
      over = true;
      clearTimeout(timer);
      group?.leave(waiter);
      resolve(result);
    }
  });
}
