import { isDeepStrictEqual } from 'node:util';
import { type Ceilings, findBeyond } from '../../domain/limits/ceilings.js';
import { AppError } from '../../errors.js';
import type { SpaceFields } from '../../store/spaces/space-row.js';

/**
 * Returns the fields if their defaults are within the operator's limits. Defaults that the space has already may be
 * sent back, because settings are capped when they are used. @throws {AppError} `unprocessable`
 */
export function withAllowedDefaults(ceilings: Ceilings, fields: SpaceFields, current?: SpaceFields): SpaceFields {
  const before = current?.defaults ?? {};
  const beyond = findBeyond(fields.defaults, ceilings).find(
    ({ valueIn }) => !isDeepStrictEqual(valueIn(fields.defaults), valueIn(before)),
  );
  if (beyond) throw new AppError('unprocessable', beyond.problem, `defaults.${beyond.field}`);
  return fields;
}
