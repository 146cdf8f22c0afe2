import { AppError } from '../../errors.js';

/** Refuses when nothing was changed, because there is no such record. */
export function requireFound(changed: number): void {
  if (changed === 0) throw new AppError('not_found', 'Record not found');
}
