import { AppError, messageOf } from '../errors.js';
import type { ApiDeps } from './api-deps.js';

type Deps = Pick<ApiDeps, 'catalogChanged' | 'logger'>;

/** Makes a committed change live in this instance; what was stored stays, whatever becomes of that. */
export async function makeLive<T>(deps: Deps, committed: Promise<T>): Promise<T> {
  const value = await committed;
  try {
    await deps.catalogChanged();
  } catch (error) {
    deps.logger.warn('api.catalog_not_live', { error: messageOf(error) });
    throw new AppError('unavailable', 'the change is stored, but not live in this instance yet; it will be by itself');
  }
  return value;
}
