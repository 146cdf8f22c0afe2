import { AppError } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';

/** Refuses a space that the caller may not reach. @throws {AppError} `forbidden` */
export function requireSpace({ spaces }: Pick<Principal, 'spaces'>, space: number): void {
  if (spaces === 'all' || spaces.includes(space)) return;
  throw new AppError('forbidden', `this caller may not use space ${space}`, 'space');
}
