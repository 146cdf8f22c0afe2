import type { ResourceName } from '../../domain/message/headers/resource-name.js';
import { RESOURCE_KEY } from '../../domain/resource-key.js';
import { echo } from '../../domain/text/echo.js';
import { type Parsed, parsed, refused } from '../../domain/text/parsed.js';

export const ENDING = '.creds';

const DIGITS = /^\d+$/;
const NUMBER = /^(?:0|[1-9]\d{0,14})$/;

/**
 * Parses the name of an account, which is the name of its file without the ending: the number of its space, or its key.
 * Digits are always a number, so that the key of one space is never taken for the number of another.
 */
export function parseAccountName(name: string): Parsed<ResourceName> {
  if (NUMBER.test(name)) return parsed(Number(name));
  if (!DIGITS.test(name) && RESOURCE_KEY.test(name)) return parsed(name);
  return refused(
    `"${echo(name)}${ENDING}" names no space: rename the file to the number or the key of a space, such as 7${ENDING} or acme${ENDING}`,
  );
}
