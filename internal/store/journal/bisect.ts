import { judgePgError } from '../pg-error.js';

/**
 * Runs a batch; when a row in it can never be stored, halves it until that row stands alone and answers for it by
 * `refuse`. One poisoned message costs its neighbours a few statements, never their place in the journal.
 */
export async function bisect<I, O>(
  batch: readonly I[],
  run: (part: readonly I[]) => Promise<readonly O[]>,
  refuse: (item: I, error: unknown) => Promise<O>,
): Promise<readonly O[]> {
  try {
    return await run(batch);
  } catch (error) {
    if (judgePgError(error) !== 'data') throw error;
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) return [await refuse(only, error)];
    const middle = batch.length >> 1;
    const first = await bisect(batch.slice(0, middle), run, refuse);
    return [...first, ...(await bisect(batch.slice(middle), run, refuse))];
  }
}
