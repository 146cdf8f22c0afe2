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
    if (!isKeyTaken(error)) throw error;
  }
  return change();
}

const isNotFound = (error: unknown) => error instanceof HukzError && error.status === 404;

/** Whether the key of a new resource is that of another one. */
export const isKeyTaken = (error: unknown) =>
  error instanceof HukzError && error.status === 409 && error.problems.some(({ source }) => source === 'key');
