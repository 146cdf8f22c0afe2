export interface Weighted {
  readonly weight: number;
  /** Runs the job. It may call `makeRoom` before its end: from then on it only waits, and other jobs can start. */
  run(makeRoom: () => void): Promise<void>;
}

/** Starts all jobs in their order, with at most `capacity` of weight at the same time. Resolves when all have ended. */
export async function runWeighted(jobs: readonly Weighted[], capacity: number): Promise<void> {
  const ended: Promise<void>[] = [];
  let free = capacity;
  let wake: () => void = () => undefined;
  for (const job of jobs) {
    const weight = Math.min(job.weight, capacity);
    while (free < weight)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    free -= weight;
    let taken = weight;
    const makeRoom = () => {
      free += taken;
      taken = 0;
      wake();
    };
    ended.push(job.run(makeRoom).finally(makeRoom));
  }
  await Promise.all(ended);
}
