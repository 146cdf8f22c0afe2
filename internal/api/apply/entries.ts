import { AppError } from '../../errors.js';

/** An entry of a list, as it is written. */
export interface Entry {
  readonly place: string;
  readonly bytes: Buffer;
}

interface Unique {
  readonly place: string;
  readonly field: string;
  readonly value: string;
}

/** @throws {AppError} if an earlier object of the list has the same value */
export function requireOnce(known: Map<string, string>, { place, field, value }: Unique): void {
  const earlier = known.get(value);
  if (earlier !== undefined) throw new AppError('unprocessable', `${field}: ${earlier} has the same`, field);
  known.set(value, place);
}
