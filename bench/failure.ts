/** Why a benchmark has no result: a sentence for whoever started it. */
export class BenchFailure extends Error {}
