/** Makes a function that runs at most so many pieces of work at the same time, in the order of the calls. */
export function makeGate(width: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (running >= width) await new Promise<void>((resolve) => queue.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // The place goes to the next one directly, so that a newcomer cannot take it.
      const next = queue.shift();
      if (next) next();
      else running--;
    }
  };
}
