export interface Weighted {
  readonly weight: number;
  run(): Promise<void>;
}

/** Runs all, in their order, as many at the same time as `capacity` bears. */
export async function runWeighted(jobs: readonly Weighted[], capacity: number): Promise<void> {
  const running = new Set<Promise<void>>();
  let free = capacity;
  for (const job of jobs) {
    const weight = Math.min(job.weight, capacity);
    while (free < weight) await Promise.race(running);
    free -= weight;
    const done: Promise<void> = job.run().finally(() => {
      free += weight;
      running.delete(done);
    });
    running.add(done);
  }
  await Promise.all(running);
}
