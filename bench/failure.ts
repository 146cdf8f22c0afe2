/** The reason why a benchmark has no result, as a sentence for the person who started it. */
export class BenchFailure extends Error {}
