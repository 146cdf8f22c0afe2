export interface Weighted {
  readonly weight: number;
  /** May call `makeRoom` before its end: from then on it only waits, and others can be begun. */
  run(makeRoom: () => void): Promise<void>;
}

/** Begins all in their order, as many at the same time as `capacity` bears; resolves when all have ended. */
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
