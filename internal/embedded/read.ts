import { echo } from '../domain/text/echo.js';
import { invalid } from './emitter-error.js';

export interface NumberRule {
  readonly min: number;
  readonly max: number;
  readonly fallback: number;
}

/** Reads an optional whole number. @throws {EmitterError} */
export function readNumber(source: string, value: unknown, { min, max, fallback }: NumberRule): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && min <= value && value <= max) return value;
  throw invalid(source, `must be a whole number from ${min} to ${max}`);
}

/** Reads an object with no other members than these. An absent object has none. @throws {EmitterError} */
export function readMembers(
  source: string,
  value: unknown,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(source, 'must be an object');
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw invalid(source, `there is no "${echo(unknown)}"; the members are ${names.join(', ')}`);
  return { ...value };
}
