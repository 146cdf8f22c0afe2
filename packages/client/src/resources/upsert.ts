import { HukzError } from '../hukz-error.js';

/**
 * Changes the resource with a key, or creates it. Of two callers that create it at the same time, one is refused, and
 * changes what the other one has created.
 */
export async function upsert<T>(change: () => PromiseLike<T>, create: () => PromiseLike<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  try {
    return await create();
  } catch (error) {
    if (!isTaken(error)) throw error;
  }
  return change();
}

const isNotFound = (error: unknown) => error instanceof HukzError && error.status === 404;

const isTaken = (error: unknown) =>
  error instanceof HukzError && error.status === 409 && error.problems.some(({ source }) => source === 'key');
