import { AppError } from '../../errors.js';

/** Refuses as `not_found` when the statement changed no row. */
export function requireFound(changed: number): void {
  if (changed === 0) throw new AppError('not_found', 'Record not found');
}
