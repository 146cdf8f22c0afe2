import { AppError, messageOf } from '../errors.js';
import type { LiveCatalog } from './api-deps.js';

/** The change is stored, although the request could not be answered with success. */
export class ChangeStored extends AppError {}

/**
 * Makes a committed change active in this instance. If that fails, which only an outage can cause, the change stays
 * stored. An event that needs an operator's action is degraded, and its answer says so (`event-answer.ts`).
 */
export async function makeLive<T>(deps: LiveCatalog, committed: Promise<T>): Promise<T> {
  const value = await committed;
  try {
    await deps.catalogChanged();
  } catch (error) {
    deps.logger.warn('api.catalog_not_live', { error: messageOf(error) });
    throw new ChangeStored(
      'unavailable',
      'Saved, but not yet active on this instance. It will become active automatically.',
    );
  }
  return value;
}
